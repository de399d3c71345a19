/**
 * Layers that combine several inputs into one: sums, products and extremes of their elements,
 * concatenation, and dot products.
 *
 * <p>Begin with {@link org.unroll.layers.merging.Merge}, the base class of the elementwise layers.
 *
 * <p>The constructors of all layers are public, and each refers to its factory method in {@code
 * Layers}. The layers are applied with {@code on(…)} and are part of a {@code Model}.
 */
package org.unroll.layers.merging;
