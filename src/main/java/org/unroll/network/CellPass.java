package org.unroll.network;

import java.util.Arrays;
import java.util.Map;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.internal.CounterRandom;

/**
 * A {@link Cell} at work on one slice of a batch: step by step through time and back again. The
 * layer around it settles direction and masks: steps are counted in the order of reading, and a row
 * that is masked at a step has its states put back afterwards and, backwards, sends zeros into the
 * step.
 *
 * <p>Inputs and states are kept for all steps: {@code state(s)} has at step k what state s was
 * before step k, and at step k + 1 what it is after it. Whatever else the backward pass needs the
 * pass keeps itself, in buffers that it makes once.
 */
public abstract class CellPass {
  protected final Kernels kernels = Compute.kernels();
  protected int rows;
  protected int timesteps;

  /**
   * Whether all inputs are there before the first step, so that they can be projected at once; not
   * where another cell makes them.
   */
  protected boolean inputsInAdvance;

  private Cell cell;
  private TimeSteps input;
  private TimeSteps inputGradient;
  private TimeSteps[] states;
  private float[][] stateGradients;
  private float[][] spares;

  // The matrices of one product.
  private final Matrix left = new Matrix();
  private final Matrix right = new Matrix();
  private final Matrix result = new Matrix();

  /** Makes a pass without buffers; they grow with the first slice. */
  protected CellPass() {}

  /**
   * Makes room for a slice, before its first step; {@link #rows()}, {@link #timesteps()} and the
   * inputs are known. Nothing by default.
   */
  public void begin(ForwardContext call) {}

  /**
   * Called when the inputs of the next steps are there, counted from 0 again.
   *
   * @param steps how many; all, unless the cell works in {@linkplain #stretch stretches}
   */
  public void inputsReady(int steps) {}

  /**
   * How many steps a forward pass that no backward pass follows may take at a time, from step 0 to
   * the last of them and then from 0 again; all by default.
   */
  public int stretch(int sliceRows) {
    return Integer.MAX_VALUE;
  }

  /**
   * One step forward: from {@link #input()} at step k and the {@linkplain #state states} at k to
   * the states at k + 1.
   */
  public abstract void forward(int k);

  /**
   * One step backward. {@link #stateGradient} holds the gradients of the states at k + 1, to be
   * turned into those of the states at k; the gradients of the weights and of the input at k are
   * added to what is there, zeros before the last step.
   *
   * @param gradients one for each of the cell's weights
   */
  public abstract void backward(int k, Gradient[] gradients);

  /**
   * What the forward pass has computed at all steps beside the states, for a {@link Recorder}: by
   * names, copies of timesteps × rows × width values each, in the order of reading; nothing by
   * default.
   */
  public Map<String, float[]> recorded() {
    return Map.of();
  }

  /** Called after the last step backward, for what is better done for all steps at once. */
  public void endBackward(Gradient[] gradients) {}

  /** The number of rows in the slice. */
  protected final int rows() {
    return rows;
  }

  /** The number of time steps. */
  protected final int timesteps() {
    return timesteps;
  }

  /** The inputs, in the order of reading. */
  protected final TimeSteps input() {
    return input;
  }

  /** One of the states: at k before step k, at k + 1 after it. */
  protected final TimeSteps state(int s) {
    return states[s];
  }

  /** The gradient of one of the states, rows × width, which a step backward turns over. */
  protected final float[] stateGradient(int s) {
    return stateGradients[s];
  }

  /**
   * As {@link #stateGradient}, and leaves zeros in its place, so that a step can add up the
   * gradient of the state before it while it still reads that of the state after it. Once a step.
   */
  protected final float[] takeStateGradient(int s) {
    float[] taken = swapStateGradient(s);
    Arrays.fill(stateGradients[s], 0, rows * states[s].width(), 0f);
    return taken;
  }

  /** As {@link #takeStateGradient}; what is left in its place is to be overwritten. */
  protected final float[] swapStateGradient(int s) {
    float[] taken = stateGradients[s];
    stateGradients[s] = Pass.atLeast(spares[s], rows * states[s].width());
    spares[s] = taken;
    return taken;
  }

  /** Puts another array in the place of the gradient of a state. */
  protected final void setStateGradient(int s, float[] gradient) {
    stateGradients[s] = gradient;
  }

  /** The gradients of the inputs, to be added to; null where nobody asks for them. */
  protected final TimeSteps inputGradient() {
    return inputGradient;
  }

  /** The product y = x·W for all rows, of x at one step and y at another. */
  protected final void multiply(TimeSteps x, int xStep, Weight weight, TimeSteps y, int yStep) {
    multiply(x, xStep, weight, y, yStep, false);
  }

  /** The product y += x·W for all rows, of x at one step and y at another. */
  protected final void multiplyAdd(TimeSteps x, int xStep, Weight weight, TimeSteps y, int yStep) {
    multiply(x, xStep, weight, y, yStep, true);
  }

  private void multiply(
      TimeSteps x, int xStep, Weight weight, TimeSteps y, int yStep, boolean add) {
    right.set(weight.values(), 0, x.width(), y.width());
    kernels.multiply(x.at(xStep, left), right, y.at(yStep, result), add);
  }

  /** The gradient of a weight in y = x·W, dW += xᵀ·dy, with x at one step and dy rows × columns. */
  protected final void addWeightGradient(TimeSteps x, int xStep, float[] dy, Gradient gradient) {
    int columns = gradient.values().length / x.width();
    right.set(dy, 0, rows, columns);
    result.set(gradient.values(), 0, x.width(), columns);
    kernels.multiplyTransposed(x.at(xStep, left), right, result, true);
  }

  /**
   * The gradient of the input in y = x·W, dx += dy·Wᵀ at step k; nothing where nobody asks for it.
   */
  protected final void addInputGradient(int k, float[] dy, Weight weight) {
    if (inputGradient != null) {
      addBack(dy, weight, inputGradient.values(), inputGradient.at(k));
    }
  }

  /** The gradient of a state in y = s·W, ds += dy·Wᵀ. */
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
   * Draws masks of dropout that hold for all time steps: {@code count} of them one behind the
   * other, rows × width each.
   *
   * @param stream the first of the cell's random streams, one for each mask
   */
  protected final void drawMasks(
      ForwardContext call, int stream, int count, double rate, int width, float[] masks) {
    for (int g = 0; g < count; g++) {
      for (int r = 0; r < rows; r++) {
        long key = call.randomKey(cell.position(), stream + g, r);
        CounterRandom.fillDropoutMask(key, rate, width, masks, (g * rows + r) * width);
      }
    }
  }

  /** Gets this pass ready for the steps of a slice. */
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

  /** Gets this pass ready for the steps backward; the arrays change places in its course. */
  public final void attachGradients(float[][] gradients, TimeSteps newInputGradient) {
    stateGradients = gradients;
    inputGradient = newInputGradient;
    if (spares == null) {
      spares = new float[gradients.length][0];
    }
  }
}
