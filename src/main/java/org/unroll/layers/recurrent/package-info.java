/**
 * Recurrent layers and their cells: {@link org.unroll.layers.recurrent.SimpleRnn SimpleRNN}, {@link
 * org.unroll.layers.recurrent.Lstm LSTM}, {@link org.unroll.layers.recurrent.Gru GRU}, {@link
 * org.unroll.layers.recurrent.ConvLstm2D ConvLSTM2D}, bidirectional layers and stacks of cells. The
 * package {@code layers.cells} contains the cells that Keras does not have. Models create them with
 * {@link org.unroll.layers.Layers}.
 *
 * <p>A recurrent layer is a loop over time around a cell. Begin with {@link
 * org.unroll.layers.recurrent.RecurrentLayer} for the loop and {@link
 * org.unroll.layers.recurrent.LstmCell} for the equations of one step; {@link
 * org.unroll.layers.recurrent.RecurrentOptions} documents the arguments. To write your own cell,
 * see {@link org.unroll.network.Cell}.
 *
 * <p>This package may use the other packages of layers, {@code network}, {@code data} and {@code
 * compute}. It must not use {@code layers}, losses, training or anything above them.
 */
package org.unroll.layers.recurrent;
