package org.unroll.layers.recurrent;

import org.unroll.data.Shape;
import org.unroll.network.Layer;

/**
 * The cell of {@link ConvLstm1D}: an {@linkplain LstmCell LSTM} whose input and states are signals
 * with several channels, such as the readings of a row of sensors. Its products are convolutions
 * along the signal. {@link ConvLstm2DCell} documents the equations, and {@link ConvLstm1DOptions}
 * the arguments.
 *
 * <p>Weights, with the columns of the gates in the order i, f, c, o: {@code kernel} W (kernelSize,
 * channels, 4·filters), {@code recurrent_kernel} U (kernelSize, filters, 4·filters), {@code bias} b
 * (4·filters).
 *
 * <p>Source: Keras 3, {@code keras.layers.ConvLSTM1D}.
 */
public final class ConvLstm1DCell extends ConvLstmCell<ConvLstm1DCell>
    implements ConvLstm1DOptions<ConvLstm1DCell> {
  /**
   * Creates a cell.
   *
   * @param filters the number of values at each position of the output
   * @param kernelSize the length of the kernel
   * @throws IllegalArgumentException if a number is less than 1
   */
  public ConvLstm1DCell(int filters, int kernelSize) {
    this(new RecurrentArguments(filters));
    arguments().kernelSize = checkedPair("kernelSize", kernelSize, 1);
  }

  private ConvLstm1DCell(RecurrentArguments arguments) {
    super(arguments);
  }

  @Override
  public ConvLstm1DCell copy() {
    return new ConvLstm1DCell(arguments().copy());
  }

  @Override
  public String layerInput() {
    return "(batch, time, positions, channels)";
  }

  @Override
  public Shape stepOutput(Shape input, Layer owner) {
    return input.rank() == 2 && input.isKnown() ? output(image(input), owner) : null;
  }

  @Override
  Shape image(Shape step) {
    return Shape.of(step.axis(0), 1, step.last());
  }

  @Override
  Shape step(Shape image) {
    return Shape.of(image.axis(0), image.last());
  }

  @Override
  Shape kernel(int inputs, int outputs) {
    return Shape.of(kernelSize(), inputs, outputs);
  }
}
