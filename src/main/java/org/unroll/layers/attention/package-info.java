/**
 * Attention between two sequences: each query is answered with a weighted mean of values, whose
 * weights come from a score of the query and each key.
 *
 * <p>Begin with {@link org.unroll.layers.attention.Attention}. Attention over the time steps of one
 * sequence with a learned query is {@link org.unroll.layers.core.AttentionPooling}.
 *
 * <p>The constructors of all layers are public, and each refers to its factory method in {@code
 * Layers}. The layers are applied with {@code on(…)} and are part of a {@code Model}.
 */
package org.unroll.layers.attention;
