/**
 * Layers that slide a window over the time steps or over the pixels of an image, and pooling over
 * whole sequences and images.
 *
 * <p>Begin with {@link org.unroll.layers.convolution.Conv1D}, then {@link
 * org.unroll.layers.convolution.MaxPooling1D} and {@link
 * org.unroll.layers.convolution.GlobalAveragePooling1D}; for images, with {@link
 * org.unroll.layers.convolution.Conv2D}.
 *
 * <p>The constructors of all layers are public, and each refers to its factory method in {@code
 * Layers}. Models are usually written with the factory methods.
 *
 * <p>This package depends only on {@code layers.core}, {@code network} and the packages below them.
 * Among the other packages of layers, only {@code layers.recurrent} depends on it, for its
 * convolutional cell.
 */
package org.unroll.layers.convolution;
