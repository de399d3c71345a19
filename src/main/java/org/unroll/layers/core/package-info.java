/**
 * The core layers of Keras: dense layers, embeddings, activations, masking, dropout and noise,
 * layers that change the shape, {@link org.unroll.layers.core.TimeDistributed}, and attention over
 * time.
 *
 * <p>Begin with {@link org.unroll.layers.core.Dense}. {@link org.unroll.layers.core.Dropout} shows
 * how a layer draws random numbers, and {@link org.unroll.layers.core.TimeDistributed} how it
 * applies an inner layer.
 *
 * <p>The constructors of all layers are public, and each refers to its factory method in {@code
 * Layers}. Models are usually written with the factory methods.
 *
 * <p>This package depends only on {@code network} and the packages below it. The other packages of
 * layers may depend on it.
 */
package org.unroll.layers.core;
