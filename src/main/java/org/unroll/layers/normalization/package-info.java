/**
 * Layers that normalize their input.
 *
 * <p>Begin with {@link org.unroll.layers.normalization.LayerNormalization}, which normalizes each
 * sample separately, as does {@link org.unroll.layers.normalization.GroupNormalization}. {@link
 * org.unroll.layers.normalization.BatchNormalization} needs statistics of the whole batch in
 * training.
 *
 * <p>The constructors of all layers are public, and each refers to its factory method in {@code
 * Layers}. Models are usually written with the factory methods.
 *
 * <p>This package depends only on {@code network} and the packages below it.
 */
package org.unroll.layers.normalization;
