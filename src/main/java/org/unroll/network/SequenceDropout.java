package org.unroll.network;

import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.internal.CounterRandom;

/**
 * Dropout of the input or of a state of a {@link Cell}, as in Keras 3: the mask is drawn once per
 * sequence and used at all its time steps. The values that are kept are divided by 1 − rate.
 * Outside of training nothing is dropped.
 *
 * <p>A {@link CellPass} creates it with {@link CellPass#dropout}, draws the masks in {@link
 * CellPass#begin} and applies them in each step.
 */
public final class SequenceDropout {
  private final Kernels kernels = Compute.kernels();
  private final CellPass pass;
  private final int stream;
  private final double rate;
  private final TimeSteps masked = new TimeSteps();

  // The operands and the result of a kernel call, which are set just before the call.
  private final Matrix left = new Matrix();
  private final Matrix right = new Matrix();
  private final Matrix result = new Matrix();

  private boolean active;
  private int block; // rows × width
  private float[] mask = {}; // rows × width
  private float[] values = {}; // rows × width

  SequenceDropout(CellPass pass, int stream, double rate) {
    this.pass = pass;
    this.stream = stream;
    this.rate = Layer.requireRate("rate", rate);
  }

  /**
   * Draws a mask for each row of the slice. Outside of training, or with a rate of 0, it only
   * switches dropout off.
   *
   * @param context the forward pass that begins
   * @param width the number of values of one row at one step
   */
  public void draw(ForwardContext context, int width) {
    active = context.isTraining() && rate > 0;
    if (!active) {
      return;
    }
    block = pass.rows() * width;
    mask = Pass.atLeast(mask, block);
    for (int r = 0; r < pass.rows(); r++) {
      CounterRandom.fillDropoutMask(
          pass.randomKey(context, stream, r), rate, width, mask, r * width);
    }
  }

  /** Returns whether the current forward pass drops values. */
  public boolean isActive() {
    return active;
  }

  /**
   * Returns x ⊙ mask at one step. If nothing is dropped, the result is x itself.
   *
   * @param x the input or a state
   * @param step the step of x
   * @return time steps with the masked values at {@code step}; valid until the next call
   */
  public TimeSteps apply(TimeSteps x, int step) {
    if (!active) {
      return x;
    }
    values = Pass.atLeast(values, block);
    apply(x.values(), x.at(step), 1, values, 0, false);
    return masked.set(values, -step * block, pass.rows(), x.width());
  }

  /**
   * Computes to = from ⊙ mask, or to += from ⊙ mask, for consecutive steps of rows × width values.
   * The gradient of the input or state that was masked is masked in the same way. Dropout must be
   * {@linkplain #isActive active}.
   *
   * @param steps the number of steps
   * @param add whether to add to the values of {@code to} instead of replacing them
   */
  public void apply(
      float[] from, int fromOffset, int steps, float[] to, int toOffset, boolean add) {
    for (int k = 0; k < steps; k++) {
      kernels.multiplyElements(
          left.set(from, fromOffset + k * block, 1, block),
          right.set(mask, 0, 1, block),
          result.set(to, toOffset + k * block, 1, block),
          add);
    }
  }
}
