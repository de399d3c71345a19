package org.unroll.layers.recurrent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.network.CellPass;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.SequenceDropout;

/**
 * The part of a step that the cells with units have in common: the products of inputs and states
 * with the kernels of the gates, dropout, and the gradients of both. A subclass adds the equations
 * of one step.
 *
 * <p>Buffers are time-major: "block k" contains the values of all rows of the slice at step k.
 */
abstract class GatePass extends CellPass {
  /** The number of gate values per stretch if no backward pass follows: 64 KiB. */
  private static final int STRETCH = 16384;

  final Kernels kernels = Compute.kernels();
  final UnitsCell<?> cell;
  final int units;
  final int gates;
  final int columns; // gates · units, the width of a gate buffer
  int rows;
  int timesteps;
  private int features;

  /**
   * Pre-activations, then activated gates, then, in the backward pass, their gradients: timesteps ×
   * rows × columns.
   */
  float[] gateValues = {};

  /** The inputs of the activations, in the layout of the gate values; null if not needed. */
  float[] preActivations;

  private final SequenceDropout[] inputDropout; // one for each gate, or one for all
  private final SequenceDropout[] stateDropout;
  private float[] masked = {}; // timesteps × rows × max(features, units)
  private float[] product = {}; // timesteps × rows × features, or rows × units

  GatePass(UnitsCell<?> cell) {
    this.cell = cell;
    units = cell.units();
    gates = cell.gates();
    columns = gates * units;
    int masks = cell.dropoutMasks();
    inputDropout = new SequenceDropout[masks];
    stateDropout = new SequenceDropout[masks];
    for (int i = 0; i < masks; i++) {
      inputDropout[i] = dropout(i, cell.dropout());
      stateDropout[i] = dropout(masks + i, cell.recurrentDropout());
    }
  }

  /** Allocates the buffers of the subclass. */
  abstract void reserve();

  /**
   * Computes block k + 1 of the states from block k. Block k of the gate values contains the
   * projection of the inputs.
   */
  abstract void stepForward(int k);

  /**
   * Replaces the gradients of block k + 1 of the states by those of block k, and block k of the
   * gate values by the gradients of the projection of the inputs.
   */
  abstract void stepBackward(int k);

  /**
   * Computes the gradients of the recurrent kernel and of the subclass's additional weights, after
   * all steps.
   */
  abstract void recurrentGradient(Gradient[] gradients);

  /** Returns the names of the gates for a recorder, in the order of the columns; may be empty. */
  List<String> gateNames() {
    return List.of();
  }

  @Override
  public final Map<String, float[]> recorded() {
    Map<String, float[]> recorded = new LinkedHashMap<>();
    for (int g = 0; g < gateNames().size(); g++) {
      float[] gate = new float[timesteps * rows * units];
      for (int position = 0; position < timesteps * rows; position++) {
        int from = position * columns + g * units;
        System.arraycopy(gateValues, from, gate, position * units, units);
      }
      recorded.put(gateNames().get(g), gate);
    }
    return recorded;
  }

  @Override
  public final void begin(ForwardContext call) {
    rows = rows();
    timesteps = timesteps();
    features = input().width();
    gateValues = Pass.atLeast(gateValues, timesteps * rows * columns);
    if (cell.keepsPreActivations()) {
      float[] kept = preActivations == null ? new float[0] : preActivations;
      preActivations = Pass.atLeast(kept, timesteps * rows * columns);
    }
    for (SequenceDropout dropout : inputDropout) {
      dropout.draw(call, features);
    }
    for (SequenceDropout dropout : stateDropout) {
      dropout.draw(call, units);
    }
    if (dropsInputs() || dropsStates()) {
      masked = Pass.atLeast(masked, timesteps * rows * Math.max(features, units));
      product = Pass.atLeast(product, rows * units);
    }
    reserve();
  }

  @Override
  public final void inputsReady(int steps) {
    if (inputsInAdvance()) {
      projectInputs(0, steps);
    }
  }

  /** Returns the number of steps whose gate values fit into the cache of a core. */
  @Override
  public final int stretch(int sliceRows) {
    return Math.max(1, STRETCH / (sliceRows * columns));
  }

  @Override
  public final void forward(int k) {
    if (!inputsInAdvance()) {
      projectInputs(k, 1);
    }
    stepForward(k);
  }

  @Override
  public final void backward(int k, Gradient[] gradients) {
    stepBackward(k);
    if (!inputsInAdvance()) {
      inputGradients(k, 1);
    }
  }

  @Override
  public final void endBackward(Gradient[] gradients) {
    recurrentGradient(gradients);
    if (cell.useBias()) {
      float[] bias = gradients[2].values();
      kernels.sumRows(timesteps * rows, columns, gateValues, 0, columns, bias, 0, false);
    }
    kernelGradient(timesteps * rows, gradients[0].values());
    if (inputsInAdvance()) {
      inputGradients(0, timesteps);
    }
  }

  /** Applies an activation to some of the gates of a step, in place. */
  final void activateGates(Activation f, int k, int fromGate, int toGate) {
    int at = k * rows * columns + fromGate * units;
    int width = (toGate - fromGate) * units;
    if (preActivations != null) {
      for (int r = 0; r < rows; r++) {
        int from = at + r * columns;
        System.arraycopy(gateValues, from, preActivations, from, width);
      }
    }
    kernels.activate(f, rows, width, gateValues, at, columns, gateValues, at, columns);
  }

  /**
   * Computes the gradients of the inputs of {@link #activateGates} from those of its outputs, in
   * place, rows × columns.
   */
  final void activateGatesBackward(
      Activation f, int k, int fromGate, int toGate, float[] gradients) {
    int at = k * rows * columns + fromGate * units;
    kernels.activateBackward(
        f,
        rows,
        (toGate - fromGate) * units,
        preActivations,
        at,
        columns,
        gateValues,
        at,
        columns,
        gradients,
        fromGate * units,
        columns);
  }

  private boolean dropsInputs() {
    return inputDropout[0].isActive();
  }

  private boolean dropsStates() {
    return stateDropout[0].isActive();
  }

  /** Computes gates = x·W + b for some time steps at once. */
  private void projectInputs(int fromStep, int steps) {
    int positions = steps * rows;
    int at = fromStep * rows * columns;
    float[] x = input().values();
    int xOffset = input().at(fromStep);
    if (!dropsInputs()) {
      project(positions, x, xOffset, 0, columns, at);
      return;
    }
    int parts = inputDropout.length;
    int width = columns / parts;
    for (int part = 0; part < parts; part++) {
      inputDropout[part].apply(x, xOffset, steps, masked, 0, false);
      project(positions, masked, 0, part * width, width, at);
    }
  }

  private void project(int positions, float[] inputs, int offset, int column, int width, int at) {
    float[] kernel = cell.weights().get(0).values();
    int to = at + column;
    if (cell.useBias()) {
      float[] bias = inputBias();
      kernels.multiplyAddRow(
          positions,
          width,
          features,
          inputs,
          offset,
          features,
          kernel,
          column,
          columns,
          bias,
          column,
          gateValues,
          to,
          columns);
    } else {
      kernels.multiply(
          positions,
          width,
          features,
          inputs,
          offset,
          features,
          kernel,
          column,
          columns,
          gateValues,
          to,
          columns,
          false);
    }
  }

  /** Returns the bias that is added to the projection of the inputs, one value for each column. */
  float[] inputBias() {
    return cell.weights().get(2).values();
  }

  /**
   * Computes out = s·U, or out += s·U, for some of the gates. s is one block of a state or of
   * values computed from it. Recurrent dropout is applied to s.
   */
  final void multiplyRecurrent(
      float[] s, int sOffset, int fromGate, int toGate, float[] out, int outOffset, boolean add) {
    int to = outOffset + fromGate * units;
    multiplyRecurrent(s, sOffset, fromGate, toGate, out, to, columns, add);
  }

  /**
   * Computes the same with an output that contains these gates only.
   *
   * @param outOffset the index of the first of the gates
   */
  final void multiplyRecurrent(
      float[] s,
      int sOffset,
      int fromGate,
      int toGate,
      float[] out,
      int outOffset,
      int outStride,
      boolean add) {
    float[] kernel = cell.weights().get(1).values();
    if (!dropsStates()) {
      int from = fromGate * units;
      kernels.multiply(
          rows,
          (toGate - fromGate) * units,
          units,
          s,
          sOffset,
          units,
          kernel,
          from,
          columns,
          out,
          outOffset,
          outStride,
          add);
      return;
    }
    for (int g = fromGate; g < toGate; g++) {
      stateDropout[g].apply(s, sOffset, 1, product, 0, false);
      kernels.multiply(
          rows,
          units,
          units,
          product,
          0,
          units,
          kernel,
          g * units,
          columns,
          out,
          outOffset + (g - fromGate) * units,
          outStride,
          add);
    }
  }

  /**
   * Computes ds = dgates·Uᵀ, or ds += dgates·Uᵀ, for some of the gates: the backward pass of {@link
   * #multiplyRecurrent(float[], int, int, int, float[], int, boolean)}.
   */
  final void multiplyRecurrentBackward(
      float[] dGates, int offset, int fromGate, int toGate, float[] ds, boolean add) {
    int from = offset + fromGate * units;
    multiplyRecurrentBackward(dGates, from, columns, fromGate, toGate, ds, add);
  }

  /**
   * Computes the same from gradients that contain these gates only.
   *
   * @param offset the index of the first of the gates
   */
  final void multiplyRecurrentBackward(
      float[] dGates, int offset, int stride, int fromGate, int toGate, float[] ds, boolean add) {
    float[] transposed = transposed(cell.weights().get(1));
    if (!dropsStates()) {
      int from = fromGate * units;
      kernels.multiply(
          rows,
          units,
          (toGate - fromGate) * units,
          dGates,
          offset,
          stride,
          transposed,
          from * units,
          units,
          ds,
          0,
          units,
          add);
      return;
    }
    for (int g = fromGate; g < toGate; g++) {
      kernels.multiply(
          rows,
          units,
          units,
          dGates,
          offset + (g - fromGate) * units,
          stride,
          transposed,
          g * units * units,
          units,
          product,
          0,
          units,
          false);
      stateDropout[g].apply(product, 0, 1, ds, 0, add || g > fromGate);
    }
  }

  /** Computes dU = Σ sᵀ·dgates over all steps for some of the gates. */
  final void recurrentGradient(
      float[] s, int fromGate, int toGate, float[] dGates, Gradient gradient) {
    recurrentGradient(s, fromGate, toGate, dGates, fromGate * units, columns, gradient);
  }

  /**
   * Computes the same from gradients that contain these gates only.
   *
   * @param column the column of dgates in which the first of the gates begins
   */
  final void recurrentGradient(
      float[] s,
      int fromGate,
      int toGate,
      float[] dGates,
      int column,
      int stride,
      Gradient gradient) {
    int positions = timesteps * rows;
    if (!dropsStates()) {
      int from = fromGate * units;
      kernels.multiplyTransposed(
          positions,
          (toGate - fromGate) * units,
          units,
          s,
          0,
          units,
          dGates,
          column,
          stride,
          gradient.values(),
          from,
          columns,
          false);
      return;
    }
    for (int g = fromGate; g < toGate; g++) {
      stateDropout[g].apply(s, 0, timesteps, masked, 0, false);
      kernels.multiplyTransposed(
          positions,
          units,
          units,
          masked,
          0,
          units,
          dGates,
          column + (g - fromGate) * units,
          stride,
          gradient.values(),
          g * units,
          columns,
          false);
    }
  }

  private void kernelGradient(int positions, float[] gradient) {
    float[] x = input().values();
    int xOffset = input().at(0);
    if (!dropsInputs()) {
      kernels.multiplyTransposed(
          positions,
          columns,
          features,
          x,
          xOffset,
          features,
          gateValues,
          0,
          columns,
          gradient,
          0,
          columns,
          false);
      return;
    }
    int parts = inputDropout.length;
    int width = columns / parts;
    for (int part = 0; part < parts; part++) {
      inputDropout[part].apply(x, xOffset, timesteps, masked, 0, false);
      kernels.multiplyTransposed(
          positions,
          width,
          features,
          masked,
          0,
          features,
          gateValues,
          part * width,
          columns,
          gradient,
          part * width,
          columns,
          false);
    }
  }

  private void inputGradients(int fromStep, int steps) {
    if (inputGradient() == null) {
      return;
    }
    float[] dx = inputGradient().values();
    int dxOffset = inputGradient().at(fromStep);
    int at = fromStep * rows * columns;
    float[] transposed = transposed(cell.weights().get(0));
    if (!dropsInputs()) {
      kernels.multiply(
          steps * rows,
          features,
          columns,
          gateValues,
          at,
          columns,
          transposed,
          0,
          features,
          dx,
          dxOffset,
          features,
          false);
      return;
    }
    int parts = inputDropout.length;
    int width = columns / parts;
    product = Pass.atLeast(product, steps * rows * features);
    for (int part = 0; part < parts; part++) {
      kernels.multiply(
          steps * rows,
          features,
          width,
          gateValues,
          at + part * width,
          columns,
          transposed,
          part * width * features,
          features,
          product,
          0,
          features,
          false);
      inputDropout[part].apply(product, 0, steps, dx, dxOffset, part > 0);
    }
  }
}
