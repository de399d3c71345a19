/**
 * The structure of networks: layers, cells, weights, and the passes that compute outputs and
 * gradients.
 *
 * <p>Begin with {@link org.unroll.network.Layer}, whose documentation shows how to write a custom
 * layer, and {@link org.unroll.network.Cell}, which does the same for a recurrent cell. {@link
 * org.unroll.network.Initializers}, {@link org.unroll.network.Regularizer} and {@link
 * org.unroll.network.Constraints} configure weights.
 *
 * <p>The layers of the library are in {@code org.unroll.layers} and the packages below it. This
 * package depends only on {@code data}, {@code compute} and {@code internal}. It must not depend on
 * a particular layer, loss or optimizer.
 */
package org.unroll.network;
