/**
 * {@link org.unroll.layers.Layers}, the factory methods of all layers, for {@code import static
 * org.unroll.layers.Layers.*}. The layers themselves are in the packages {@code core}, {@code
 * recurrent}, {@code convolution} and {@code normalization}.
 *
 * <p>Begin with {@link org.unroll.layers.Layers}; each method links to the class of its layer. To
 * write your own layer, see {@link org.unroll.network.Layer}.
 *
 * <p>This package may use all packages of layers and those below them. Layers must not use it.
 */
package org.unroll.layers;
