package org.unroll.layers;

import java.util.Arrays;
import org.unroll.compute.Compute;
import org.unroll.compute.CounterRandom;
import org.unroll.compute.Kernels;
import org.unroll.data.Shape;

/**
 * The walk of a recurrent layer through the time steps of one slice, forwards and backwards.
 * Direction, masks, dropout, states and what is returned are settled here once; a layer adds the
 * equations of one step.
 *
 * <p>Steps are counted in the order of reading: with {@code goBackwards} step 0 reads the last
 * input. Sequences are kept time-major, so "block k" of a buffer is what all rows of the slice have
 * at step k.
 */
abstract class RecurrentPass extends Pass {
  /** Gate values that a forward pass of its own works on at a time: 64 KiB. */
  private static final int STRETCH = 16384;

  final Kernels kernels = Compute.kernels();
  final RecurrentLayer<?> layer;
  final int units;
  final int gates;
  final int columns; // gates · units, the width of a gate buffer

  int rows;
  int timesteps; // those the buffers hold: all of them, or a stretch of them in turn
  private int features;
  private int firstStep; // where the stretch begins

  /**
   * Pre-activations, then activated gates, then (backwards) their gradients: timesteps × rows ×
   * columns.
   */
  float[] gateValues = {};

  /**
   * The states before each step and after the last, h first: (timesteps + 1) × rows × units each.
   */
  final float[][] states;

  /** The gradients of the states behind the step at hand: rows × units each. */
  final float[][] stateGradients;

  private Tensor input;
  private boolean[]
      mask; // from maskOffset on, at step · rows + row in the order of reading, or null
  private int maskOffset;
  private boolean dropsInputs;
  private boolean dropsStates;
  private boolean[] maskReversed = {};
  private float[] x = {}; // timesteps × rows × features, in the order of reading
  private int xOffset;
  private float[] reversed = {};
  private float[] inputMasks = {}; // masks × rows × features
  private float[] stateMasks = {}; // gates × rows × units
  private float[] masked = {}; // timesteps × rows × max(features, units)
  private float[] product = {}; // timesteps × rows × features, or rows × units
  private boolean copiesOutput;
  private boolean masksOutput;
  private float[] separateOutput = {}; // all steps × rows × units, where it is not the states
  private float[] setAside = {}; // states × rows × units
  private float[] dx = {};
  private final Tensor output = new Tensor();
  private final Tensor inputGradient = new Tensor();

  RecurrentPass(RecurrentLayer<?> layer, int stateCount) {
    this.layer = layer;
    this.units = layer.units();
    this.gates = layer.gates();
    this.columns = gates * units;
    this.states = new float[stateCount][0];
    this.stateGradients = new float[stateCount][0];
  }

  /** Makes room for what the layer keeps beyond gates and states. */
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

  /** The gradient of the recurrent kernel, after all steps. */
  abstract void recurrentGradient(Gradient gradient);

  /** The gradient of the state's own bias, where there is one. */
  void recurrentBiasGradient(Gradient gradient) {}

  @Override
  public final Tensor forward(Tensor newInput, float[][] state, Call call) {
    input = newInput;
    rows = input.rows();
    int steps = input.shape().axis(0);
    features = input.shape().axis(1);
    timesteps = call.isForwardOnly() ? Math.min(steps, stretch()) : steps;
    int block = rows * units;
    gateValues = atLeast(gateValues, timesteps * rows * columns);
    for (int s = 0; s < states.length; s++) {
      states[s] = atLeast(states[s], (timesteps + 1) * block);
      if (state == null) {
        Arrays.fill(states[s], 0, block, 0f);
      } else {
        System.arraycopy(state[s], 0, states[s], 0, block);
      }
    }
    drawMasks(call);
    reserve();
    prepareOutput(state != null, timesteps < steps);
    for (firstStep = 0; firstStep < steps; firstStep += timesteps) {
      if (firstStep > 0) {
        continueStates();
        timesteps = Math.min(timesteps, steps - firstStep);
      }
      readInOrder();
      projectInputs();
      for (int k = 0; k < timesteps; k++) {
        stepForward(k);
        if (mask != null) {
          keepMaskedStates(k);
        }
      }
      if (copiesOutput) {
        copyOutput();
      }
    }
    if (state != null) {
      for (int s = 0; s < states.length; s++) {
        System.arraycopy(states[s], timesteps * block, state[s], 0, block);
      }
    }
    return output();
  }

  /**
   * The steps that a pass without a backward pass takes at a time: as many as keep the gate values
   * within a core's own cache.
   */
  private int stretch() {
    return Math.max(1, STRETCH / (rows * columns));
  }

  /** The states behind one stretch are those before the next. */
  private void continueStates() {
    int block = rows * units;
    for (float[] s : states) {
      System.arraycopy(s, timesteps * block, s, 0, block);
    }
  }

  /** Points x at the inputs of the steps at hand, or at a copy of them from last to first. */
  private void readInOrder() {
    int width = rows * features;
    x = input.values();
    xOffset = input.offset() + firstStep * width;
    mask = input.mask();
    maskOffset = firstStep * rows;
    if (!layer.goBackwards()) {
      return;
    }
    int from = input.shape().axis(0) - firstStep - timesteps;
    reversed = atLeast(reversed, timesteps * width);
    reverse(input.values(), input.offset() + from * width, reversed);
    x = reversed;
    xOffset = 0;
    if (mask != null) {
      if (maskReversed.length < timesteps * rows) {
        maskReversed = new boolean[timesteps * rows];
      }
      for (int k = 0; k < timesteps; k++) {
        int step = from + timesteps - 1 - k;
        System.arraycopy(mask, step * rows, maskReversed, k * rows, rows);
      }
      mask = maskReversed;
      maskOffset = 0;
    }
  }

  private void reverse(float[] from, int fromOffset, float[] to) {
    int block = rows * features;
    for (int k = 0; k < timesteps; k++) {
      System.arraycopy(from, fromOffset + (timesteps - 1 - k) * block, to, k * block, block);
    }
  }

  private void drawMasks(Call call) {
    dropsInputs = call.isTraining() && layer.dropout() > 0;
    dropsStates = call.isTraining() && layer.recurrentDropout() > 0;
    int count = layer.dropoutMasks();
    if (dropsInputs) {
      inputMasks = atLeast(inputMasks, count * rows * features);
      drawMasks(call, 0, count, layer.dropout(), features, inputMasks);
      masked = atLeast(masked, timesteps * rows * features);
    }
    if (dropsStates) {
      stateMasks = atLeast(stateMasks, count * rows * units);
      drawMasks(call, count, count, layer.recurrentDropout(), units, stateMasks);
      masked = atLeast(masked, timesteps * rows * Math.max(features, units));
      product = atLeast(product, rows * units);
    }
  }

  private void drawMasks(Call call, int stream, int count, double rate, int width, float[] masks) {
    for (int g = 0; g < count; g++) {
      for (int r = 0; r < rows; r++) {
        long key = call.randomKey(layer.position(), stream + g, r);
        CounterRandom.fillDropoutMask(key, rate, width, masks, (g * rows + r) * width);
      }
    }
  }

  /** gates = x·W + b for all time steps at once. */
  private void projectInputs() {
    int positions = timesteps * rows;
    boolean bias = layer.useBias();
    float[] kernel = layer.weights().get(0).values();
    if (bias) {
      kernels.fillRows(
          positions, columns, layer.weights().get(2).values(), 0, gateValues, 0, columns);
    }
    if (!dropsInputs) {
      kernels.multiply(
          positions,
          columns,
          features,
          x,
          xOffset,
          features,
          kernel,
          0,
          columns,
          gateValues,
          0,
          columns,
          bias);
      return;
    }
    int parts = layer.dropoutMasks();
    int width = columns / parts;
    for (int part = 0; part < parts; part++) {
      maskBlocks(x, xOffset, inputMasks, part, features);
      kernels.multiply(
          positions,
          width,
          features,
          masked,
          0,
          features,
          kernel,
          part * width,
          columns,
          gateValues,
          part * width,
          columns,
          bias);
    }
  }

  /** masked = source ⊙ mask, the same mask for every block. */
  private void maskBlocks(float[] source, int offset, float[] masks, int part, int width) {
    int block = rows * width;
    for (int k = 0; k < timesteps; k++) {
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
    float[] kernel = layer.weights().get(1).values();
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
          outOffset + from,
          columns,
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
          outOffset + g * units,
          columns,
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
    float[] transposed = layer.recurrentKernelTransposed();
    if (!dropsStates) {
      int from = fromGate * units;
      kernels.multiply(
          rows,
          units,
          (toGate - fromGate) * units,
          dGates,
          offset + from,
          columns,
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
          offset + g * units,
          columns,
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
          from,
          columns,
          gradient.values(),
          from,
          columns,
          false);
      return;
    }
    for (int g = fromGate; g < toGate; g++) {
      maskBlocks(s, 0, stateMasks, g, units);
      kernels.multiplyTransposed(
          positions,
          units,
          units,
          masked,
          0,
          units,
          dGates,
          g * units,
          columns,
          gradient.values(),
          g * units,
          columns,
          false);
    }
  }

  /** A masked row keeps its states. */
  private void keepMaskedStates(int k) {
    int block = rows * units;
    for (int r = 0; r < rows; r++) {
      if (!mask[maskOffset + k * rows + r]) {
        for (float[] state : states) {
          int from = k * block + r * units;
          System.arraycopy(state, from, state, from + block, units);
        }
      }
    }
  }

  /**
   * Decides where the output is: the states themselves, unless they go on changing, or a mask makes
   * the output differ.
   */
  private void prepareOutput(boolean stateGiven, boolean inStretches) {
    // A masked step repeats the output before it, zeros at the start; that is h unless h began with
    // a given state.
    masksOutput = input.mask() != null && (stateGiven || layer.zeroOutputForMask());
    copiesOutput = masksOutput || (inStretches && layer.returnSequences());
    if (copiesOutput) {
      separateOutput = atLeast(separateOutput, input.shape().axis(0) * rows * units);
    }
  }

  /** Puts what the steps at hand return behind what those before them did. */
  private void copyOutput() {
    int block = rows * units;
    int first = firstStep * block;
    if (!masksOutput) {
      System.arraycopy(states[0], block, separateOutput, first, timesteps * block);
      return;
    }
    for (int k = 0; k < timesteps; k++) {
      for (int r = 0; r < rows; r++) {
        int from = (k + 1) * block + r * units;
        int to = first + k * block + r * units;
        if (mask[maskOffset + k * rows + r]) {
          System.arraycopy(states[0], from, separateOutput, to, units);
        } else if (firstStep + k == 0 || layer.zeroOutputForMask()) {
          Arrays.fill(separateOutput, to, to + units, 0f);
        } else {
          System.arraycopy(separateOutput, to - block, separateOutput, to, units);
        }
      }
    }
  }

  private Tensor output() {
    int block = rows * units;
    int steps = input.shape().axis(0);
    float[] values = copiesOutput ? separateOutput : states[0];
    // Block 0 of the states is the one before the first step.
    int first = copiesOutput ? 0 : block;
    if (layer.returnSequences()) {
      return output.set(values, first, rows, Shape.of(steps, units), input.mask());
    }
    int last = copiesOutput ? steps - 1 : timesteps - 1;
    return output.set(values, first + last * block, rows, Shape.of(units), null);
  }

  @Override
  public final Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
    int block = rows * units;
    for (int s = 0; s < states.length; s++) {
      stateGradients[s] = atLeast(stateGradients[s], block);
      Arrays.fill(stateGradients[s], 0, block, 0f);
    }
    for (int k = timesteps - 1; k >= 0; k--) {
      if (layer.returnSequences()) {
        addOutputGradient(gradient, k, k * block);
      } else if (k == timesteps - 1) {
        addOutputGradient(gradient, k, 0);
      }
      if (mask == null) {
        stepBackward(k);
      } else {
        setMaskedGradientsAside(k);
        stepBackward(k);
        takeMaskedGradientsBack(k);
      }
    }
    int positions = timesteps * rows;
    recurrentGradient(weightGradients[1]);
    if (layer.useBias()) {
      kernels.sumRows(
          positions, columns, gateValues, 0, columns, weightGradients[2].values(), 0, false);
      recurrentBiasGradient(weightGradients[2]);
    }
    kernelGradient(positions, weightGradients[0].values());
    return needed ? inputGradient(positions) : null;
  }

  private void addOutputGradient(Tensor gradient, int k, int from) {
    int offset = gradient.offset() + from;
    if (mask != null && layer.zeroOutputForMask()) {
      for (int r = 0; r < rows; r++) {
        if (mask[k * rows + r]) {
          kernels.add(units, gradient.values(), offset + r * units, stateGradients[0], r * units);
        }
      }
    } else {
      kernels.add(rows * units, gradient.values(), offset, stateGradients[0], 0);
    }
  }

  /**
   * What comes to a masked row passes by the step: the step itself sees zeros and so adds nothing
   * to any gradient.
   */
  private void setMaskedGradientsAside(int k) {
    int block = rows * units;
    setAside = atLeast(setAside, states.length * block);
    for (int s = 0; s < states.length; s++) {
      for (int r = 0; r < rows; r++) {
        if (!mask[k * rows + r]) {
          System.arraycopy(stateGradients[s], r * units, setAside, s * block + r * units, units);
          Arrays.fill(stateGradients[s], r * units, (r + 1) * units, 0f);
        }
      }
    }
  }

  private void takeMaskedGradientsBack(int k) {
    int block = rows * units;
    for (int s = 0; s < states.length; s++) {
      for (int r = 0; r < rows; r++) {
        if (!mask[k * rows + r]) {
          System.arraycopy(setAside, s * block + r * units, stateGradients[s], r * units, units);
        }
      }
    }
  }

  private void kernelGradient(int positions, float[] gradient) {
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
    int parts = layer.dropoutMasks();
    int width = columns / parts;
    for (int part = 0; part < parts; part++) {
      maskBlocks(x, xOffset, inputMasks, part, features);
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

  private Tensor inputGradient(int positions) {
    dx = atLeast(dx, positions * features);
    if (!dropsInputs) {
      kernels.multiply(
          positions,
          features,
          columns,
          gateValues,
          0,
          columns,
          layer.kernelTransposed(),
          0,
          features,
          dx,
          0,
          features,
          false);
    } else {
      droppedInputGradient(positions);
    }
    float[] result = dx;
    if (layer.goBackwards()) {
      // The copy of the inputs has done its service and takes the gradient in the inputs' own
      // order.
      reverse(dx, 0, reversed);
      result = reversed;
    }
    return inputGradient.set(result, 0, rows, input.shape(), null);
  }

  private void droppedInputGradient(int positions) {
    int parts = layer.dropoutMasks();
    int width = columns / parts;
    int block = rows * features;
    product = atLeast(product, positions * features);
    for (int part = 0; part < parts; part++) {
      kernels.multiply(
          positions,
          features,
          width,
          gateValues,
          part * width,
          columns,
          layer.kernelTransposed(),
          part * width * features,
          features,
          product,
          0,
          features,
          false);
      for (int k = 0; k < timesteps; k++) {
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
            k * block,
            block,
            part > 0);
      }
    }
  }
}
