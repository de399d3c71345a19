package org.unroll.layers.recurrent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.network.CellPass;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;

/**
 * The products of the cells with units: inputs and states with the kernels of the gates, dropout on
 * their way, and the gradients of all that. A cell adds the equations of one step.
 *
 * <p>Buffers are time-major: "block k" is what all rows of the slice have at step k.
 */
abstract class GatePass extends CellPass {
  /** Gate values that a forward pass of its own works on at a time: 64 KiB. */
  private static final int STRETCH = 16384;

  final UnitsCell<?> cell;
  final int units;
  final int gates;
  final int columns; // gates · units, the width of a gate buffer
  private int features;

  /**
   * Pre-activations, then activated gates, then (backwards) their gradients: timesteps × rows ×
   * columns.
   */
  float[] gateValues = {};

  /** What was activated, laid out as the gate values; null where no derivative needs it. */
  float[] preActivations;

  private boolean dropsInputs;
  private boolean dropsStates;
  private float[] inputMasks = {}; // masks × rows × features
  private float[] stateMasks = {}; // gates × rows × units
  private float[] masked = {}; // timesteps × rows × max(features, units)
  private float[] product = {}; // timesteps × rows × features, or rows × units

  GatePass(UnitsCell<?> cell) {
    this.cell = cell;
    this.units = cell.units();
    this.gates = cell.gates();
    this.columns = gates * units;
  }

  /** Makes room for what the cell keeps beyond gates and states. */
  abstract void reserve();

  /**
   * From block k of the states to block k + 1; block k of the gate values holds the inputs'
   * projection.
   */
  abstract void stepForward(int k);

  /**
   * Turns the gradients of block k + 1 of the states into those of block k, and leaves in block k
   * of the gate values the gradients of what the inputs' projection put there.
   */
  abstract void stepBackward(int k);

  /** The gradient of the recurrent kernel, and of weights of the cell's own, after all steps. */
  abstract void recurrentGradient(Gradient[] gradients);

  /** The gates' letters in the cell's equations, in the order of the columns, for a recorder. */
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
    features = input().width();
    gateValues = Pass.atLeast(gateValues, timesteps * rows * columns);
    if (cell.keepsPreActivations()) {
      float[] kept = preActivations == null ? new float[0] : preActivations;
      preActivations = Pass.atLeast(kept, timesteps * rows * columns);
    }
    drawMasks(call);
    reserve();
  }

  @Override
  public final void inputsReady(int steps) {
    if (inputsInAdvance) {
      projectInputs(0, steps);
    }
  }

  /** As many as keep the gate values within a core's own cache. */
  @Override
  public final int stretch(int sliceRows) {
    return Math.max(1, STRETCH / (sliceRows * columns));
  }

  @Override
  public final void forward(int k) {
    if (!inputsInAdvance) {
      projectInputs(k, 1);
    }
    stepForward(k);
  }

  @Override
  public final void backward(int k, Gradient[] gradients) {
    stepBackward(k);
    if (!inputsInAdvance) {
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
    if (inputsInAdvance) {
      inputGradients(0, timesteps);
    }
  }

  /** Activates some of the gates of a step, in place. */
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

  /** {@link #activateGates} backwards, in place on rows × columns gradients. */
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

  private void drawMasks(ForwardContext call) {
    dropsInputs = call.isTraining() && cell.dropout() > 0;
    dropsStates = call.isTraining() && cell.recurrentDropout() > 0;
    int count = cell.dropoutMasks();
    if (dropsInputs) {
      inputMasks = Pass.atLeast(inputMasks, count * rows * features);
      drawMasks(call, 0, count, cell.dropout(), features, inputMasks);
      masked = Pass.atLeast(masked, timesteps * rows * features);
    }
    if (dropsStates) {
      stateMasks = Pass.atLeast(stateMasks, count * rows * units);
      drawMasks(call, count, count, cell.recurrentDropout(), units, stateMasks);
      masked = Pass.atLeast(masked, timesteps * rows * Math.max(features, units));
      product = Pass.atLeast(product, rows * units);
    }
  }

  /** gates = x·W + b for some time steps at once. */
  private void projectInputs(int fromStep, int steps) {
    int positions = steps * rows;
    int at = fromStep * rows * columns;
    float[] x = input().values();
    int xOffset = input().at(fromStep);
    if (!dropsInputs) {
      project(positions, x, xOffset, 0, columns, at);
      return;
    }
    int parts = cell.dropoutMasks();
    int width = columns / parts;
    for (int part = 0; part < parts; part++) {
      maskBlocks(x, xOffset, steps, inputMasks, part, features);
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

  /** What is added to the inputs' projection, one value for each column. */
  float[] inputBias() {
    return cell.weights().get(2).values();
  }

  /** masked = source ⊙ mask, the same mask for every block. */
  private void maskBlocks(
      float[] source, int offset, int steps, float[] masks, int part, int width) {
    int block = rows * width;
    for (int k = 0; k < steps; k++) {
      kernels.multiplyElements(
          1,
          block,
          source,
          offset + k * block,
          block,
          masks,
          part * block,
          block,
          masked,
          k * block,
          block,
          false);
    }
  }

  /**
   * out = s·U (or out += s·U) for some of the gates, s being one block of a state or of something
   * made from it; recurrent dropout masks s on its way.
   */
  final void multiplyRecurrent(
      float[] s, int sOffset, int fromGate, int toGate, float[] out, int outOffset, boolean add) {
    int to = outOffset + fromGate * units;
    multiplyRecurrent(s, sOffset, fromGate, toGate, out, to, columns, add);
  }

  /**
   * The same, to a place that has room for these gates only.
   *
   * @param outOffset where the first of the gates goes
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
    if (!dropsStates) {
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
      maskState(s, sOffset, g, product, 0);
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

  /** out = s ⊙ the state mask of a gate; the state itself where nothing is dropped. */
  final void maskState(float[] s, int sOffset, int gate, float[] out, int outOffset) {
    int block = rows * units;
    if (dropsStates) {
      kernels.multiplyElements(
          1,
          block,
          s,
          sOffset,
          block,
          stateMasks,
          gate * block,
          block,
          out,
          outOffset,
          block,
          false);
    } else {
      System.arraycopy(s, sOffset, out, outOffset, block);
    }
  }

  /** ds = dgates·Uᵀ (or ds += …) for some of the gates: {@link #multiplyRecurrent} backwards. */
  final void multiplyRecurrentBackward(
      float[] dGates, int offset, int fromGate, int toGate, float[] ds, boolean add) {
    int from = offset + fromGate * units;
    multiplyRecurrentBackward(dGates, from, columns, fromGate, toGate, ds, add);
  }

  /**
   * The same, from a place that has these gates only.
   *
   * @param offset where the first of the gates is
   */
  final void multiplyRecurrentBackward(
      float[] dGates, int offset, int stride, int fromGate, int toGate, float[] ds, boolean add) {
    float[] transposed = cell.transposed(cell.weights().get(1));
    if (!dropsStates) {
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
    int block = rows * units;
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
      kernels.multiplyElements(
          1,
          block,
          product,
          0,
          block,
          stateMasks,
          g * block,
          block,
          ds,
          0,
          block,
          add || g > fromGate);
    }
  }

  /** dU for some of the gates: the sum over all steps of sᵀ·dgates. */
  final void recurrentGradient(
      float[] s, int fromGate, int toGate, float[] dGates, Gradient gradient) {
    recurrentGradient(s, fromGate, toGate, dGates, fromGate * units, columns, gradient);
  }

  /**
   * The same, from a place that has these gates only.
   *
   * @param column where in a row of dgates the first of the gates is
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
    if (!dropsStates) {
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
      maskBlocks(s, 0, timesteps, stateMasks, g, units);
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
    if (!dropsInputs) {
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
    int parts = cell.dropoutMasks();
    int width = columns / parts;
    for (int part = 0; part < parts; part++) {
      maskBlocks(x, xOffset, timesteps, inputMasks, part, features);
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
    float[] transposed = cell.transposed(cell.weights().get(0));
    if (!dropsInputs) {
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
    int parts = cell.dropoutMasks();
    int width = columns / parts;
    int block = rows * features;
    product = Pass.atLeast(product, steps * block);
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
      for (int k = 0; k < steps; k++) {
        kernels.multiplyElements(
            1,
            block,
            product,
            k * block,
            block,
            inputMasks,
            part * block,
            block,
            dx,
            dxOffset + k * block,
            block,
            part > 0);
      }
    }
  }
}
