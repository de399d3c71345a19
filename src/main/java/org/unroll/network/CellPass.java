package org.unroll.network;

import java.util.Arrays;
import java.util.Map;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;

/**
 * The forward and backward computation of a {@link Cell} for one slice of a batch. Subclasses
 * implement one step in each direction; the layer calls them for all steps.
 *
 * <p>The layer handles direction and masks. Steps are counted in the order of reading, from 0. If a
 * row is masked at a step, the layer restores its states after the step, and passes gradients of
 * zero to the step in the backward pass.
 *
 * <p>The layer keeps inputs and states of all steps: {@code state(s)} contains at step k the state
 * before step k, and at step k + 1 the state after it. A pass keeps all other values that its
 * backward pass needs. It should allocate buffers in {@link #begin} and reuse them, because a pass
 * is used for many batches.
 *
 * <p>A pass is used by one thread at a time. The methods that are public are called by the layer
 * only.
 */
public abstract class CellPass {
  private final Kernels kernels = Compute.kernels();
  private int rows;
  private int timesteps;
  private boolean inputsInAdvance;
  private Cell cell;
  private TimeSteps input;
  private TimeSteps inputGradient;
  private TimeSteps[] states;
  private float[][] stateGradients;
  private float[][] spares;
  private float[] unmasked = {}; // rows × width

  // The operands and the result of a matrix product, which are set just before the call.
  private final Matrix left = new Matrix();
  private final Matrix right = new Matrix();
  private final Matrix result = new Matrix();

  /** Creates a pass, which is attached to its cell before the first slice. */
  protected CellPass() {}

  /**
   * Prepares for a slice before its first step: allocates buffers and draws dropout masks. {@link
   * #rows()}, {@link #timesteps()} and the inputs are known. Does nothing by default.
   *
   * @param call the forward pass that begins
   */
  public void begin(ForwardContext call) {}

  /**
   * Called when the inputs of the next steps are available, with steps counted from 0 again. Does
   * nothing by default.
   *
   * @param steps the number of steps; all of them, unless the cell works in {@linkplain #stretch
   *     stretches}
   */
  public void inputsReady(int steps) {}

  /**
   * Returns the number of steps that the layer may run at a time if no backward pass follows. The
   * layer then reuses the buffers of states for the next steps, which are counted from 0 again. All
   * steps by default.
   *
   * @param sliceRows the number of rows
   */
  public int stretch(int sliceRows) {
    return Integer.MAX_VALUE;
  }

  /**
   * Computes one step forward: the {@linkplain #state states} at k + 1 from {@link #input()} at k
   * and the states at k.
   *
   * @param k the step, from 0
   */
  public abstract void forward(int k);

  /**
   * Computes one step backward. {@link #stateGradient} contains the gradients of the states at k +
   * 1, which must be replaced by those of the states at k. The gradients of the weights and of the
   * input at k must be added to the existing values, which are zeros before the last step.
   *
   * @param k the step, from the last one to 0
   * @param gradients one for each of the cell's weights, in the order of {@link Cell#weights()}
   */
  public abstract void backward(int k, Gradient[] gradients);

  /**
   * Completes the gradients after the last step backward, for products that are faster for all
   * steps at once. Does nothing by default.
   *
   * @param gradients one for each of the cell's weights
   */
  public void endBackward(Gradient[] gradients) {}

  /**
   * Returns values other than the states that a recording contains, such as activated gates. Called
   * only if the forward pass is recorded. Empty by default.
   *
   * @return for each name a new array of timesteps × rows × width values, in the order of reading
   */
  public Map<String, float[]> recorded() {
    return Map.of();
  }

  /** Returns the number of rows in the slice. */
  protected final int rows() {
    return rows;
  }

  /** Returns the number of time steps. */
  protected final int timesteps() {
    return timesteps;
  }

  /** Returns the inputs, in the order of reading. */
  protected final TimeSteps input() {
    return input;
  }

  /**
   * Returns whether the inputs of all steps are available before the first step, so that they can
   * be multiplied by the kernel at once. False if another cell of a stack computes them.
   */
  protected final boolean inputsInAdvance() {
    return inputsInAdvance;
  }

  /** Returns one of the states: at k the state before step k, at k + 1 the state after it. */
  protected final TimeSteps state(int s) {
    return states[s];
  }

  /**
   * Returns the gradient of one of the states, rows × width. A step backward receives that of the
   * state after the step, and must overwrite it with that of the state before the step.
   */
  protected final float[] stateGradient(int s) {
    return stateGradients[s];
  }

  /**
   * Returns the gradient of a state after the step and replaces it by zeros. A step can then add up
   * the gradient of the state before the step while it still reads the returned array. Must be
   * called at most once per step and state.
   */
  protected final float[] takeStateGradient(int s) {
    float[] taken = swapStateGradient(s);
    Arrays.fill(stateGradients[s], 0, rows * states[s].width(), 0f);
    return taken;
  }

  /**
   * Like {@link #takeStateGradient}, but leaves arbitrary values, all of which the step must
   * overwrite.
   */
  protected final float[] swapStateGradient(int s) {
    float[] taken = stateGradients[s];
    stateGradients[s] = Pass.atLeast(spares[s], rows * states[s].width());
    spares[s] = taken;
    return taken;
  }

  /** Replaces the array that contains the gradient of a state. */
  protected final void setStateGradient(int s, float[] gradient) {
    stateGradients[s] = gradient;
  }

  /** Returns the gradients of the inputs, to be added to; null if they are not needed. */
  protected final TimeSteps inputGradient() {
    return inputGradient;
  }

  /** Returns the transpose of one of the cell's weights, row-major. */
  protected final float[] transposed(Weight weight) {
    return cell.transposed(weight);
  }

  /** Computes y = x·W for all rows, with x at one step and y at another. */
  protected final void multiply(TimeSteps x, int xStep, Weight weight, TimeSteps y, int yStep) {
    multiply(x, xStep, weight, y, yStep, false);
  }

  /** Computes y += x·W for all rows, with x at one step and y at another. */
  protected final void multiplyAdd(TimeSteps x, int xStep, Weight weight, TimeSteps y, int yStep) {
    multiply(x, xStep, weight, y, yStep, true);
  }

  private void multiply(
      TimeSteps x, int xStep, Weight weight, TimeSteps y, int yStep, boolean add) {
    right.set(weight.values(), 0, x.width(), y.width());
    kernels.multiply(x.at(xStep, left), right, y.at(yStep, result), add);
  }

  /**
   * Adds the gradient of W in y = x·W: dW += xᵀ·dy.
   *
   * @param x the input or a state
   * @param xStep the step of x
   * @param dy the gradient of y, rows × columns of W
   * @param gradient the gradient of W
   */
  protected final void addWeightGradient(TimeSteps x, int xStep, float[] dy, Gradient gradient) {
    int columns = gradient.values().length / x.width();
    right.set(dy, 0, rows, columns);
    result.set(gradient.values(), 0, x.width(), columns);
    kernels.multiplyTransposed(x.at(xStep, left), right, result, true);
  }

  /**
   * Adds the gradient of the input in y = x·W: dx += dy·Wᵀ at step k. Does nothing if the gradient
   * of the input is not needed.
   */
  protected final void addInputGradient(int k, float[] dy, Weight weight) {
    if (inputGradient != null) {
      addBack(dy, weight, inputGradient.values(), inputGradient.at(k));
    }
  }

  /** Adds the gradient of a state in y = s·W: ds += dy·Wᵀ. */
  protected final void addStateGradient(int s, float[] dy, Weight weight) {
    addBack(dy, weight, stateGradients[s], 0);
  }

  private void addBack(float[] dy, Weight weight, float[] dx, int offset) {
    int columns = weight.shape().last();
    int width = weight.size() / columns;
    left.set(dy, 0, rows, columns);
    right.set(cell.transposed(weight), 0, columns, width);
    kernels.multiply(left, right, result.set(dx, offset, rows, width), true);
  }

  /**
   * Like {@link #addInputGradient(int, float[], Weight)}, for an input that dropout has masked: dx
   * += (dy·Wᵀ) ⊙ mask.
   */
  protected final void addInputGradient(int k, float[] dy, Weight weight, SequenceDropout dropout) {
    if (!dropout.isActive()) {
      addInputGradient(k, dy, weight);
    } else if (inputGradient != null) {
      addMasked(dy, weight, dropout, inputGradient.values(), inputGradient.at(k));
    }
  }

  /**
   * Like {@link #addStateGradient(int, float[], Weight)}, for a state that dropout has masked: ds
   * += (dy·Wᵀ) ⊙ mask.
   */
  protected final void addStateGradient(int s, float[] dy, Weight weight, SequenceDropout dropout) {
    if (dropout.isActive()) {
      addMasked(dy, weight, dropout, stateGradients[s], 0);
    } else {
      addStateGradient(s, dy, weight);
    }
  }

  private void addMasked(
      float[] dy, Weight weight, SequenceDropout dropout, float[] dx, int offset) {
    int size = rows * (weight.size() / weight.shape().last());
    unmasked = Pass.atLeast(unmasked, size);
    Arrays.fill(unmasked, 0, size, 0f);
    addBack(dy, weight, unmasked, 0);
    dropout.apply(unmasked, 0, 1, dx, offset, true);
  }

  /**
   * Returns dropout for the input or a state, without a mask until {@link SequenceDropout#draw} is
   * called in {@link #begin}. The same seed gives the same masks on any number of threads.
   *
   * @param stream the number of the cell's random stream, from 0 to 15; each mask must have its own
   * @param rate the share of the values to drop, at least 0 and less than 1
   */
  protected final SequenceDropout dropout(int stream, double rate) {
    return new SequenceDropout(this, stream, rate);
  }

  final long randomKey(ForwardContext call, int stream, int row) {
    return call.randomKey(cell.position(), stream, row);
  }

  /**
   * Attaches this pass to a slice, before {@link #begin}.
   *
   * @hidden
   */
  public final void attach(
      Cell newCell,
      TimeSteps newInput,
      boolean inAdvance,
      TimeSteps[] newStates,
      int newRows,
      int steps) {
    cell = newCell;
    input = newInput;
    inputsInAdvance = inAdvance;
    states = newStates;
    rows = newRows;
    timesteps = steps;
  }

  /**
   * Attaches the gradients before the first step backward. The pass may exchange the arrays.
   *
   * @hidden
   */
  public final void attachGradients(float[][] gradients, TimeSteps newInputGradient) {
    stateGradients = gradients;
    inputGradient = newInputGradient;
    if (spares == null) {
      spares = new float[gradients.length][0];
    }
  }
}
