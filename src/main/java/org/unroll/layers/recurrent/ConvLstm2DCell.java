package org.unroll.layers.recurrent;

import org.unroll.data.Shape;
import org.unroll.layers.convolution.Patches;
import org.unroll.network.Layer;

/**
 * The cell of {@link ConvLstm2D} (Shi et al. 2015): an {@linkplain LstmCell LSTM} whose input and
 * states are images and whose products are convolutions, written {@code *}.
 *
 * <pre>
 * i_t = σ(x_t * W_i + h_{t−1} * U_i + b_i)        input gate
 * f_t = σ(x_t * W_f + h_{t−1} * U_f + b_f)        forget gate
 * g_t = act(x_t * W_c + h_{t−1} * U_c + b_c)      candidate
 * o_t = σ(x_t * W_o + h_{t−1} * U_o + b_o)        output gate
 * c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t                 cell state
 * h_t = o_t ⊙ act(c_t)                            output, and state
 * </pre>
 *
 * <p>Like Keras, and unlike the paper, the cell has no peepholes. Strides, padding and dilation
 * apply to the convolution of the input only. The convolution of the state keeps the size of the
 * state: padding same, stride 1, no dilation. {@link ConvLstm2DOptions} documents the arguments.
 *
 * <p>Weights, with the columns of the gates in the order i, f, c, o: {@code kernel} W (kernel rows,
 * kernel columns, channels, 4·filters), {@code recurrent_kernel} U (kernel rows, kernel columns,
 * filters, 4·filters), {@code bias} b (4·filters).
 *
 * <p>A convolution is computed as the product of the {@link Patches} of its input with the kernel.
 * The backward equations are therefore those of {@link LstmCell} with one row per pixel. The
 * gradients of overlapping patches are summed to the gradient of the image. Dropout draws a mask of
 * the whole image for each gate.
 *
 * <p>Sources: Xingjian Shi et al., "Convolutional LSTM network: a machine learning approach for
 * precipitation nowcasting", 2015, arXiv:1506.04214; Keras 3, {@code keras.layers.ConvLSTM2D}.
 */
public final class ConvLstm2DCell extends ConvLstmCell<ConvLstm2DCell>
    implements ConvLstm2DOptions<ConvLstm2DCell> {
  /**
   * Creates a cell.
   *
   * @param filters the number of values of each pixel of the output
   * @param kernelRows the rows of the kernel
   * @param kernelColumns the columns of the kernel
   * @throws IllegalArgumentException if a number is less than 1
   */
  public ConvLstm2DCell(int filters, int kernelRows, int kernelColumns) {
    this(new RecurrentArguments(filters));
    arguments().kernelSize = checkedPair("kernelSize", kernelRows, kernelColumns);
  }

  private ConvLstm2DCell(RecurrentArguments arguments) {
    super(arguments);
  }

  @Override
  public ConvLstm2DCell copy() {
    return new ConvLstm2DCell(arguments().copy());
  }

  @Override
  public String layerInput() {
    return "(batch, time, rows, columns, channels)";
  }

  @Override
  public Shape stepOutput(Shape input, Layer owner) {
    return input.rank() == 3 && input.isKnown() ? output(input, owner) : null;
  }

  @Override
  Shape image(Shape step) {
    return step;
  }

  @Override
  Shape step(Shape image) {
    return image;
  }

  @Override
  Shape kernel(int inputs, int outputs) {
    return Shape.of(kernelSize()[0], kernelSize()[1], inputs, outputs);
  }
}
