/**
 * Recurrent cells from the literature that Keras does not have: variants of the {@linkplain
 * org.unroll.layers.cells.LstmVariantCell LSTM} and of the GRU. Models create them with {@link
 * org.unroll.layers.Layers} and apply them to sequences with {@code rnn(cell)}.
 *
 * <p>Begin with {@link org.unroll.layers.cells.MinimalGatedUnitCell}. A cell contains the equations
 * of one step; {@link org.unroll.layers.recurrent.RecurrentOptions} documents the arguments.
 *
 * <p>This package may use {@code layers.recurrent} and what is below it. It must not use {@code
 * layers}, losses, training or anything above them.
 */
package org.unroll.layers.cells;
