package org.unroll.layers.recurrent;

import java.util.Arrays;
import java.util.stream.Stream;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.data.Shape;
import org.unroll.network.CellPass;
import org.unroll.network.DistinctRows;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Pass;
import org.unroll.network.TableRows;
import org.unroll.network.Tensor;
import org.unroll.network.TimeSteps;

/**
 * The loop of a recurrent layer over the time steps of one slice, forward and backward. This class
 * handles direction, masks, states and the choice of the output for all cells. The cell computes
 * one step.
 *
 * <p>Steps are counted in the order of reading: with {@code goBackwards}, step 0 reads the last
 * input. Sequences are time-major: "block k" of a buffer contains the values of all rows of the
 * slice at step k.
 *
 * <p>A forward pass that no backward pass follows may run in stretches. A stretch is a number of
 * consecutive steps for which the state buffers have room; the next stretch reuses them.
 */
final class RecurrentPass extends Pass {
  private static final float[] NO_VALUES = {};

  private final Kernels kernels = Compute.kernels();
  private final RecurrentLayer<?> layer;
  private final CellPass cell;
  private final Shape outputShape; // of one step
  private final int outputState; // the number of the state that is the output
  private final int[] widths; // of the states
  private final int[] strides; // between the rows of a state: its width, and padding
  private boolean isPadded; // whether a stride differs from the width

  private int rows;
  private int timesteps; // of the current stretch
  private int firstStep; // of the current stretch

  /** The states before each step and after the last: (timesteps + 1) × rows × stride each. */
  private final float[][] states;

  /** The gradients of the states after the current step: rows × stride each. */
  private final float[][] stateGradients;

  private final TimeSteps[] stateSteps;
  private final TimeSteps inputSteps = new TimeSteps();
  private final TimeSteps inputGradientSteps = new TimeSteps();
  private Tensor input;
  private boolean[] mask; // from maskOffset at step · rows + row, in the order of reading; or null
  private int maskOffset;
  private boolean[] maskReversed = {};
  private DistinctRows distinct; // of the inputs, or null
  private boolean readsNumbersOnly; // of these rows, and not the values of the inputs
  private int[] numbersReversed = {}; // of the different rows of the inputs
  private float[] reversed = {};
  private boolean copiesOutput;
  private boolean masksOutput;
  private float[] separateOutput = {}; // all steps × rows × width, if copiesOutput
  private final float[][] savedGradients; // rows × stride each
  private float[] lastOutput = {}; // of the last step, if it differs from the state
  private float[] lastGradient = {};
  private float[] dx = {};
  private final Tensor output = new Tensor();
  private final Tensor inputGradient = new Tensor();
  private int[] firstRead = {}; // for each row, the first step that is not masked
  private boolean startsWithState; // whether the last forward pass was given initial states
  private ForwardContext recording; // the last forward pass if it was recorded, else null

  RecurrentPass(RecurrentLayer<?> layer) {
    this.layer = layer;
    cell = layer.cell().newCellPass();
    outputShape = layer.cell().outputShape();
    outputState = layer.cell().outputState();
    widths = layer.cell().stateShapes().values().stream().mapToInt(Shape::size).toArray();
    strides = widths.clone();
    states = new float[widths.length][0];
    stateGradients = new float[widths.length][0];
    savedGradients = new float[widths.length][0];
    stateSteps = Stream.generate(TimeSteps::new).limit(widths.length).toArray(TimeSteps[]::new);
  }

  @Override
  public Tensor forward(Tensor newInput, float[][] state, ForwardContext call) {
    input = newInput;
    rows = input.rows();
    int steps = input.timesteps();
    boolean inStretches = call.isForwardOnly() && !call.isRecording();
    if (cell instanceof GatePass gatePass) {
      pad(gatePass, rows * steps, call.isForwardOnly());
    }
    timesteps = inStretches ? Math.min(steps, cell.stretch(rows)) : steps;
    beginStates(state);
    startsWithState = state != null;
    firstStep = 0;
    TableRows table = input.tableRows();
    distinct = null;
    readsNumbersOnly = false;
    if (table != null && cell instanceof GatePass gatePass) {
      distinct = gatePass.chooseRows(table, call);
      readsNumbersOnly = !gatePass.readsInputs();
    }
    readInOrder();
    cell.attach(layer.cell(), inputSteps, true, stateSteps, rows, timesteps);
    cell.begin(call);
    prepareOutput(state != null, timesteps < steps);
    while (firstStep < steps) {
      runStretch();
      firstStep += timesteps;
      if (firstStep < steps) {
        continueStates();
        timesteps = Math.min(timesteps, steps - firstStep);
        readInOrder();
      }
    }
    recording = call.isRecording() ? call : null;
    if (recording != null) {
      record(call);
    }
    if (state != null) {
      endStates(state);
    }
    return output();
  }

  /** Sets the strides of the states, which a cell may pad if all of them have as many units. */
  private void pad(GatePass gatePass, int positions, boolean forwardOnly) {
    gatePass.pad(positions, forwardOnly);
    isPadded = gatePass.isPadded();
    for (int s = 0; s < strides.length; s++) {
      strides[s] = isPadded ? gatePass.units : widths[s];
    }
  }

  /** Allocates the states and sets those before the first step, zeros if none are given. */
  private void beginStates(float[][] state) {
    for (int s = 0; s < states.length; s++) {
      int block = rows * strides[s];
      states[s] = atLeast(states[s], (timesteps + 1) * block);
      if (state == null || isPadded) {
        Arrays.fill(states[s], 0, block, 0f);
      }
      if (state != null) {
        copyRows(rows, widths[s], state[s], 0, widths[s], states[s], 0, strides[s]);
      }
      stateSteps[s].set(states[s], 0, rows, strides[s]);
    }
  }

  /** Copies rows that have different distances in the two arrays. */
  private static void copyRows(
      int count,
      int width,
      float[] from,
      int fromOffset,
      int fromStride,
      float[] to,
      int toOffset,
      int toStride) {
    if (fromStride == width && toStride == width) {
      System.arraycopy(from, fromOffset, to, toOffset, count * width);
      return;
    }
    for (int r = 0; r < count; r++) {
      System.arraycopy(from, fromOffset + r * fromStride, to, toOffset + r * toStride, width);
    }
  }

  /** Copies the states after the last step of a stretch before its first step. */
  private void continueStates() {
    for (int s = 0; s < states.length; s++) {
      int block = rows * strides[s];
      System.arraycopy(states[s], timesteps * block, states[s], 0, block);
    }
  }

  /** Copies the states after the last step to the given arrays. */
  private void endStates(float[][] state) {
    for (int s = 0; s < states.length; s++) {
      int last = timesteps * rows * strides[s];
      copyRows(rows, widths[s], states[s], last, strides[s], state[s], 0, widths[s]);
    }
  }

  private void runStretch() {
    cell.inputsReady(timesteps);
    for (int k = 0; k < timesteps; k++) {
      cell.forward(k);
      if (mask != null) {
        restoreMaskedStates(k);
      }
    }
    if (copiesOutput) {
      copyOutput();
    }
  }

  /**
   * Records the states after each step and those before the first one if they are not zeros, the
   * additional values of the cell, and the mask.
   */
  private void record(ForwardContext call) {
    int s = 0;
    for (String name : layer.cell().stateShapes().keySet()) {
      record(call, name, states[s], rows * strides[s], widths[s], strides[s]);
      float[] before = new float[rows * widths[s]];
      copyRows(rows, widths[s], states[s], 0, strides[s], before, 0, widths[s]);
      if (!Arrays.equals(before, new float[before.length])) {
        Tensor initial = new Tensor().set(before, 0, rows, Shape.of(1, widths[s]), null);
        call.record(layer, "initial_" + name, initial);
      }
      s++;
    }
    if (mask != null) {
      float[] reads = new float[timesteps * rows];
      for (int i = 0; i < reads.length; i++) {
        reads[i] = mask[maskOffset + i] ? 1 : 0;
      }
      record(call, "mask", reads, 0, 1, 1);
    }
    cell.recorded()
        .forEach(
            (name, values) -> {
              int width = values.length / (timesteps * rows);
              record(call, name, values, 0, width, width);
            });
  }

  /** Records values in chronological order, regardless of the order of reading. */
  private void record(
      ForwardContext call, String name, float[] values, int offset, int width, int stride) {
    float[] chronological = new float[timesteps * rows * width];
    for (int k = 0; k < timesteps; k++) {
      int t = layer.goBackwards() ? timesteps - 1 - k : k;
      int from = offset + k * rows * stride;
      copyRows(rows, width, values, from, stride, chronological, t * rows * width, width);
    }
    Shape shape = Shape.of(timesteps, width);
    call.record(layer, name, new Tensor().set(chronological, 0, rows, shape, null));
  }

  /** Points the current stretch at the inputs, or at a reversed copy of them. */
  private void readInOrder() {
    int block = rows * input.width();
    mask = input.mask();
    maskOffset = firstStep * rows;
    if (!layer.goBackwards()) {
      float[] values = readsNumbersOnly ? NO_VALUES : input.values();
      inputSteps.set(values, input.offset() + firstStep * block, rows, input.width());
      if (distinct != null) {
        inputSteps.distinctRows(distinct, distinct.numbers(), firstStep * rows);
      }
      return;
    }
    int from = input.timesteps() - firstStep - timesteps;
    if (!readsNumbersOnly) {
      reversed = atLeast(reversed, timesteps * block);
      reverse(input.values(), input.offset() + from * block, reversed);
    }
    inputSteps.set(readsNumbersOnly ? NO_VALUES : reversed, 0, rows, input.width());
    if (distinct != null) {
      if (numbersReversed.length < timesteps * rows) {
        numbersReversed = new int[timesteps * rows];
      }
      for (int k = 0; k < timesteps; k++) {
        int step = from + timesteps - 1 - k;
        System.arraycopy(distinct.numbers(), step * rows, numbersReversed, k * rows, rows);
      }
      inputSteps.distinctRows(distinct, numbersReversed, 0);
    }
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
    int block = rows * input.width();
    for (int k = 0; k < timesteps; k++) {
      System.arraycopy(from, fromOffset + (timesteps - 1 - k) * block, to, k * block, block);
    }
  }

  /** Restores the states of the rows that are masked at a step. */
  private void restoreMaskedStates(int k) {
    for (int r = 0; r < rows; r++) {
      if (!mask[maskOffset + k * rows + r]) {
        for (int s = 0; s < states.length; s++) {
          int from = (k * rows + r) * strides[s];
          System.arraycopy(states[s], from, states[s], from + rows * strides[s], widths[s]);
        }
      }
    }
  }

  /**
   * Decides whether the output is the state buffer itself or a copy. A copy is needed if the next
   * stretch overwrites the states, if they are padded, or if a mask makes the output differ from
   * the state.
   */
  private void prepareOutput(boolean stateGiven, boolean inStretches) {
    // A masked step repeats the previous output, which is zeros at the start. That equals the
    // state unless an initial state is given.
    masksOutput = input.mask() != null && (stateGiven || layer.zeroOutputForMask());
    copiesOutput = masksOutput || ((inStretches || isPadded) && layer.returnSequences());
    if (copiesOutput) {
      separateOutput = atLeast(separateOutput, input.timesteps() * rows * widths[outputState]);
    }
  }

  /** Copies the output of the current stretch. */
  private void copyOutput() {
    int width = widths[outputState];
    int stride = strides[outputState];
    int block = rows * width;
    int first = firstStep * block;
    float[] h = states[outputState];
    if (!masksOutput) {
      int count = timesteps * rows;
      copyRows(count, width, h, rows * stride, stride, separateOutput, first, width);
      return;
    }
    for (int k = 0; k < timesteps; k++) {
      for (int r = 0; r < rows; r++) {
        int from = ((k + 1) * rows + r) * stride;
        int to = first + k * block + r * width;
        if (mask[maskOffset + k * rows + r]) {
          System.arraycopy(h, from, separateOutput, to, width);
        } else if (firstStep + k == 0 || layer.zeroOutputForMask()) {
          Arrays.fill(separateOutput, to, to + width, 0f);
        } else {
          System.arraycopy(separateOutput, to - block, separateOutput, to, width);
        }
      }
    }
  }

  private Tensor output() {
    int block = rows * widths[outputState];
    int steps = input.timesteps();
    float[] values = copiesOutput ? separateOutput : states[outputState];
    // Block 0 of the states is the state before the first step.
    int first = copiesOutput ? 0 : block;
    if (layer.returnSequences()) {
      return output.set(values, first, rows, outputShape.prepend(steps), input.mask());
    }
    if (isPadded && !copiesOutput) {
      int width = widths[outputState];
      int stride = strides[outputState];
      lastOutput = atLeast(lastOutput, block);
      copyRows(rows, width, values, timesteps * rows * stride, stride, lastOutput, 0, width);
      return output.set(lastOutput, 0, rows, outputShape, null);
    }
    int last = first + (copiesOutput ? steps - 1 : timesteps - 1) * block;
    if (outputShape.rank() == 1) {
      return output.set(values, last, rows, outputShape, null);
    }
    // In a tensor, the first axis of the samples comes before the rows.
    lastOutput = atLeast(lastOutput, block);
    int axis = outputShape.axis(0);
    swapAxes(values, last, lastOutput, rows, axis, widths[outputState] / axis);
    return output.set(lastOutput, 0, rows, outputShape, null);
  }

  @Override
  public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
    return backward(gradient, null, weightGradients, needed);
  }

  @Override
  public Tensor backward(
      Tensor gradient, float[][] ofStates, Gradient[] weightGradients, boolean needed) {
    for (int s = 0; s < states.length; s++) {
      stateGradients[s] = atLeast(stateGradients[s], rows * strides[s]);
      if (ofStates == null || isPadded) {
        Arrays.fill(stateGradients[s], 0, rows * strides[s], 0f);
      }
      if (ofStates != null) {
        copyRows(rows, widths[s], ofStates[s], 0, widths[s], stateGradients[s], 0, strides[s]);
      }
    }
    findFirstRead();
    for (Gradient weightGradient : weightGradients) {
      Arrays.fill(weightGradient.values(), 0f);
    }
    if (needed) {
      dx = atLeast(dx, input.size());
      Arrays.fill(dx, 0, input.size(), 0f);
      inputGradientSteps.set(dx, 0, rows, input.width());
    }
    cell.attachGradients(stateGradients, needed ? inputGradientSteps : null);
    float[][] recorded = recording == null ? null : new float[states.length][];
    for (int k = timesteps - 1; k >= 0; k--) {
      if (gradient == null) {
        // Only the final states are used.
      } else if (layer.returnSequences()) {
        int from = gradient.offset() + k * rows * widths[outputState];
        addOutputGradient(k, gradient.values(), from);
      } else if (k == timesteps - 1) {
        addLastOutputGradient(gradient);
      }
      if (recorded != null) {
        copyStateGradients(k, recorded);
      }
      if (mask == null) {
        cell.backward(k, weightGradients);
      } else {
        saveMaskedGradients(k);
        cell.backward(k, weightGradients);
        restoreMaskedGradients(k);
      }
      flushGradients();
    }
    cell.endBackward(weightGradients);
    for (int s = 0; ofStates != null && s < states.length; s++) {
      copyRows(rows, widths[s], stateGradients[s], 0, strides[s], ofStates[s], 0, widths[s]);
    }
    if (recorded != null) {
      recordGradients(recorded);
    }
    return needed ? inputGradient() : null;
  }

  /** Finds the steps before which the output is zeros, whatever the initial states are. */
  private void findFirstRead() {
    if (mask == null || !startsWithState) {
      return;
    }
    if (firstRead.length < rows) {
      firstRead = new int[rows];
    }
    for (int r = 0; r < rows; r++) {
      int k = 0;
      while (k < timesteps && !mask[k * rows + r]) {
        k++;
      }
      firstRead[r] = k;
    }
  }

  /** Sets gradients that are too small to matter to zero, because subnormal numbers are slow. */
  private void flushGradients() {
    for (int s = 0; s < states.length; s++) {
      kernels.flushToZero(rows * strides[s], stateGradients[s], 0);
    }
  }

  /** Copies the gradients of the states after a step before the step overwrites them. */
  private void copyStateGradients(int k, float[][] recorded) {
    for (int s = 0; s < states.length; s++) {
      int block = rows * widths[s];
      if (recorded[s] == null) {
        recorded[s] = new float[timesteps * block];
      }
      copyRows(
          rows, widths[s], stateGradients[s], 0, strides[s], recorded[s], k * block, widths[s]);
    }
  }

  private void recordGradients(float[][] recorded) {
    int s = 0;
    for (String name : layer.cell().stateShapes().keySet()) {
      record(recording, "d" + name, recorded[s], 0, widths[s], widths[s]);
      s++;
    }
  }

  private void addLastOutputGradient(Tensor gradient) {
    if (outputShape.rank() == 1) {
      addOutputGradient(timesteps - 1, gradient.values(), gradient.offset());
      return;
    }
    int axis = outputShape.axis(0);
    int width = widths[outputState] / axis;
    lastGradient = atLeast(lastGradient, gradient.size());
    swapAxes(gradient.values(), gradient.offset(), lastGradient, axis, rows, width);
    addOutputGradient(timesteps - 1, lastGradient, 0);
  }

  private void addOutputGradient(int k, float[] gradient, int offset) {
    int width = widths[outputState];
    int stride = strides[outputState];
    float[] sum = stateGradients[outputState];
    if (mask != null && (startsWithState || layer.zeroOutputForMask())) {
      for (int r = 0; r < rows; r++) {
        boolean isRead = layer.zeroOutputForMask() ? mask[k * rows + r] : k >= firstRead[r];
        if (isRead) {
          kernels.add(width, gradient, offset + r * width, sum, r * stride);
        }
      }
    } else if (isPadded) {
      for (int r = 0; r < rows; r++) {
        kernels.add(width, gradient, offset + r * width, sum, r * stride);
      }
    } else {
      kernels.add(rows * width, gradient, offset, sum, 0);
    }
  }

  /**
   * Saves the state gradients of the rows that are masked at a step and replaces them by zeros, so
   * that the step adds nothing to any gradient.
   */
  private void saveMaskedGradients(int k) {
    for (int s = 0; s < states.length; s++) {
      int width = strides[s];
      savedGradients[s] = atLeast(savedGradients[s], rows * width);
      for (int r = 0; r < rows; r++) {
        if (!mask[k * rows + r]) {
          System.arraycopy(stateGradients[s], r * width, savedGradients[s], r * width, width);
          Arrays.fill(stateGradients[s], r * width, (r + 1) * width, 0f);
        }
      }
    }
  }

  /** Restores the state gradients of the rows that are masked at a step. */
  private void restoreMaskedGradients(int k) {
    for (int s = 0; s < states.length; s++) {
      int width = strides[s];
      for (int r = 0; r < rows; r++) {
        if (!mask[k * rows + r]) {
          System.arraycopy(savedGradients[s], r * width, stateGradients[s], r * width, width);
        }
      }
    }
  }

  private Tensor inputGradient() {
    float[] result = dx;
    if (layer.goBackwards()) {
      // The reversed copy of the inputs is no longer needed, so its buffer is reused.
      reverse(dx, 0, reversed);
      result = reversed;
    }
    return inputGradient.set(result, 0, rows, input.shape(), null);
  }
}
