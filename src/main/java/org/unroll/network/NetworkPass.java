package org.unroll.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.unroll.compute.Compute;

/**
 * A pass over all steps of a network for one slice of a batch at a time.
 *
 * <p>Layers that need the whole batch in training split the network into parts. Each part but the
 * first begins with such a layer. All slices of a batch run one part, {@link #meet} combines their
 * statistics, and then they run the next part. In the backward direction the parts run in the
 * opposite order, with {@link #meetBackward} between them.
 *
 * @hidden
 */
public final class NetworkPass {
  private final Step[] steps;
  private final List<Layer> layers;
  private final int inputs; // the number of inputs
  private final int[] outputs; // the numbers of the values that are outputs
  private final int[] sources; // the first input of each step
  private final int[] streams; // of random numbers, for each step
  private final int[] readers; // of each value
  private final Pass[] passes; // of each step
  private final GraphPass[] graphPasses; // those with several inputs or outputs, else null
  private final Tensor[] values;
  private final Tensor[][] stepInputs; // of steps with several inputs or outputs
  private final Tensor[][] stepGradients; // of the outputs of these steps
  private final Tensor[][] unmasked; // for those of their inputs whose mask Keras does not find
  private final boolean[] hidesMasks; // whether a step does not find all masks of its inputs
  private final boolean[][] joinedMasks; // of those steps whose masks are joined
  private final Tensor[] unmaskedOutputs; // for those outputs
  private final boolean[][] needed; // for the inputs of these steps
  private final Gradient[][] layerGradients; // of the weights of each layer
  private final Gradient[][] scratch; // of the weights of steps that apply a layer again
  private final boolean[] computed; // whether the gradients of a layer's weights are
  private final float[][][] layerStates; // of each layer, for the current slice
  private final boolean[] learning; // whether a value depends on anything that is trained
  private final int[] partStarts; // the first step of each part, then the number of steps
  private final Tensor[] gradients; // of the values, in the backward pass
  private final Tensor[] sums; // the gradients of values that are read several times
  private ForwardContext current; // of the last forward pass
  private boolean toInput;
  private double activityPenalty;
  private double activityScale = 1;

  // For networks with one input and one output, without an array for each call.
  private final Tensor[] oneInput = new Tensor[1];
  private final Tensor[] oneGradient = new Tensor[1];
  private final boolean[] oneFromLogits = new boolean[1];

  NetworkPass(Network network) {
    steps = network.steps().toArray(Step[]::new);
    layers = network.layers();
    inputs = network.inputs().size();
    outputs = network.outputs().stream().mapToInt(i -> i).toArray();
    readers = network.readers();
    int count = readers.length;
    values = new Tensor[count];
    gradients = new Tensor[count];
    sums = new Tensor[count];
    sources = new int[steps.length];
    streams = streams(steps);
    passes = new Pass[steps.length];
    graphPasses = new GraphPass[steps.length];
    stepInputs = new Tensor[steps.length][];
    stepGradients = new Tensor[steps.length][];
    unmasked = new Tensor[steps.length][];
    unmaskedOutputs = new Tensor[outputs.length];
    hidesMasks = new boolean[steps.length];
    joinedMasks = new boolean[steps.length][];
    needed = new boolean[steps.length][];
    scratch = new Gradient[steps.length][];
    KerasMasks masks = network.kerasMasks();
    for (int i = 0; i < steps.length; i++) {
      prepareStep(i, masks);
    }
    for (int i = 0; i < outputs.length; i++) {
      unmaskedOutputs[i] = masks.keeps(outputs[i]) ? null : new Tensor();
    }
    layerGradients =
        layers.stream()
            .map(layer -> new Gradient[layer.weights().size()])
            .toArray(Gradient[][]::new);
    computed = new boolean[layers.size()];
    layerStates =
        layers.stream()
            .map(layer -> new float[layer.stateShapes().size()][0])
            .toArray(float[][][]::new);
    learning = new boolean[count];
    for (Step step : steps) {
      boolean learns = learns(step.layer());
      for (int input : step.inputs()) {
        learns |= learning[input];
      }
      Arrays.fill(learning, step.firstOutput(), step.firstOutput() + step.outputs(), learns);
    }
    partStarts = network.partStarts();
  }

  /**
   * Returns different numbers for steps whose layers have the same position. A layer that another
   * network has built has its position there.
   */
  private static int[] streams(Step[] steps) {
    Map<Integer, List<Layer>> layers = new HashMap<>();
    int[] streams = new int[steps.length];
    for (int i = 0; i < steps.length; i++) {
      Layer layer = steps[i].layer();
      List<Layer> same = layers.computeIfAbsent(layer.position(), position -> new ArrayList<>());
      if (!same.contains(layer)) {
        same.add(layer);
      }
      streams[i] = (same.indexOf(layer) << 20) + steps[i].application();
    }
    return streams;
  }

  private void prepareStep(int i, KerasMasks masks) {
    Step step = steps[i];
    sources[i] = step.inputs().get(0);
    passes[i] = step.layer().newPass();
    if (passes[i] instanceof GraphPass pass) {
      graphPasses[i] = pass;
    } else if (step.hasInitialStates() || step.outputs() > 1) {
      graphPasses[i] = new StatePass(step, passes[i]);
    }
    stepInputs[i] = new Tensor[step.inputs().size()];
    stepGradients[i] = new Tensor[step.outputs()];
    needed[i] = new boolean[step.inputs().size()];
    unmasked[i] = new Tensor[step.inputs().size()];
    for (int j = 0; step.layer() instanceof GraphLayer && j < unmasked[i].length; j++) {
      unmasked[i][j] = masks.finds(i, j) ? null : new Tensor();
      hidesMasks[i] |= !masks.finds(i, j);
    }
  }

  /** Returns the sum of the penalties on outputs, over all values of the slice. */
  public double activityPenalty() {
    return activityPenalty;
  }

  /** Sets the factor of the gradients of the penalties on outputs for the next backward pass. */
  public void activityScale(double factor) {
    activityScale = factor;
  }

  /** Returns whether a training step changes a layer. */
  private static boolean learns(Layer layer) {
    return layer.usesBatchStatistics() || layer.weights().stream().anyMatch(Weight::trainable);
  }

  /** Returns the number of parts: 1 unless a layer needs the whole batch in training. */
  public int parts() {
    return partStarts.length - 1;
  }

  /**
   * Runs a network with one input forward. In training the slice must be the whole batch.
   *
   * @return the first output, valid until the next forward pass
   */
  public Tensor forward(Tensor input, ForwardContext context) {
    return forward(input, null, 0, context);
  }

  /**
   * Runs a network with one input forward from the given states, which are overwritten with the
   * final states.
   *
   * @param state the states of all or some layers, may be null. Other states start with zeros
   * @param firstRow the row of the states that belongs to the first row of the input
   * @return the first output, valid until the next forward pass
   */
  public Tensor forward(Tensor input, NetworkState state, int firstRow, ForwardContext context) {
    oneInput[0] = input;
    forward(oneInput, state, firstRow, context);
    return output(0);
  }

  /**
   * Runs all steps forward from the given states, which are overwritten with the final states.
   *
   * @param input the inputs of the network
   * @param state the states of all or some layers, may be null. Other states start with zeros
   * @param firstRow the row of the states that belongs to the first row of the inputs
   */
  public void forward(Tensor[] input, NetworkState state, int firstRow, ForwardContext context) {
    if (!context.isTraining() || parts() == 1) {
      begin(input);
      forward(state, firstRow, context, 0, steps.length);
      return;
    }
    NetworkPass[] alone = {this};
    forward(0, input, state, firstRow, context);
    for (int part = 1; part < parts(); part++) {
      meet(part, alone, 1);
      forward(part, null, state, firstRow, context);
    }
  }

  /** Returns an output of the last forward pass, valid until the next one. */
  public Tensor output(int index) {
    return withoutMask(values[outputs[index]], unmaskedOutputs[index]);
  }

  /** Returns the value, as another tensor without its mask unless that is null. */
  private static Tensor withoutMask(Tensor value, Tensor other) {
    return other == null ? value : other.setWithMask(value, null);
  }

  /**
   * Runs one part forward in training.
   *
   * @param part the number of the part, from 0
   * @param input the inputs of the network, read by part 0. The other parts continue with the
   *     values of the parts before
   * @param state as in {@link #forward(Tensor[], NetworkState, int, ForwardContext)}
   * @param firstRow as in {@link #forward(Tensor[], NetworkState, int, ForwardContext)}
   */
  public void forward(
      int part, Tensor[] input, NetworkState state, int firstRow, ForwardContext context) {
    if (part == 0) {
      begin(input);
    }
    int end = partStarts[part + 1];
    forward(state, firstRow, context, partStarts[part], end);
    if (end < steps.length) {
      ((BatchPass) passes[end]).measure(values[sources[end]]);
    }
  }

  private void begin(Tensor[] input) {
    System.arraycopy(input, 0, values, 0, inputs);
    activityPenalty = 0;
  }

  private void forward(NetworkState state, int firstRow, ForwardContext context, int from, int to) {
    current = context;
    int rows = values[0].rows();
    for (int i = from; i < to; i++) {
      int index = steps[i].layerIndex();
      float[][] own = state == null ? null : state.load(index, firstRow, rows, layerStates[index]);
      forwardStep(i, own, false, context);
      if (own != null) {
        state.store(index, firstRow, rows, own);
      }
    }
  }

  /**
   * Runs one step forward.
   *
   * @param own the initial states of the layer, overwritten with the final ones; null for zeros
   * @param continues whether the layer starts with {@code own} even if its initial states are
   *     inputs
   */
  void forwardStep(int i, float[][] own, boolean continues, ForwardContext context) {
    Step step = steps[i];
    context.application(step.application(), streams[i], step.layer().position());
    Tensor output;
    if (graphPasses[i] == null) {
      output = passes[i].forward(values[sources[i]], own, context);
      values[step.firstOutput()] = output;
    } else {
      output = forwardGraph(i, own, continues, context);
    }
    Regularizer regularizer = step.layer().activityRegularizer();
    if (regularizer != null) {
      for (int j = 0; j < step.outputs(); j++) { // returned states, too, as in Keras
        Tensor y = values[step.firstOutput() + j];
        activityPenalty += regularizer.penalty(y.values(), y.offset(), y.size());
      }
    }
    context.record(step.layer(), "output", output);
  }

  /** Returns a value of the last forward pass, see {@link Step}. */
  Tensor value(int number) {
    return values[number];
  }

  /** Sets a value that later steps read. */
  void value(int number, Tensor value) {
    values[number] = value;
  }

  /** Runs a step with several inputs or outputs forward. */
  private Tensor forwardGraph(int i, float[][] own, boolean continues, ForwardContext context) {
    Step step = steps[i];
    Tensor[] in = stepInputs[i];
    for (int j = 0; j < in.length; j++) {
      in[j] = withoutMask(values[step.inputs().get(j)], unmasked[i][j]);
    }
    Tensor[] out =
        graphPasses[i] instanceof StatePass pass
            ? pass.forward(in, own, continues, context)
            : graphPasses[i].forward(in, context);
    if (hidesMasks[i]) {
      out[0].set(out[0].values(), out[0].offset(), out[0].rows(), out[0].shape(), masksBefore(i));
    }
    System.arraycopy(out, 0, values, step.firstOutput(), step.outputs());
    return out[0];
  }

  /**
   * Returns the mask of the output of a step that does not find all masks of its inputs. It is
   * computed from all of them, because later steps can have it as an argument.
   */
  private boolean[] masksBefore(int i) {
    Step step = steps[i];
    boolean[] first = values[step.inputs().get(0)].mask();
    if (first == null || !KerasMasks.joins(step.layer().type())) {
      return first;
    }
    if (joinedMasks[i] == null || joinedMasks[i].length != first.length) {
      joinedMasks[i] = new boolean[first.length];
    }
    boolean[] any = joinedMasks[i];
    Arrays.fill(any, false);
    for (int input : step.inputs()) {
      boolean[] mask = values[input].mask();
      if (mask == null) {
        return null;
      }
      for (int p = 0; p < any.length; p++) {
        any[p] |= mask[p];
      }
    }
    return any;
  }

  /**
   * Combines the statistics of the slices of a batch before they run a part forward.
   *
   * @param part the number of the part to run, from 1
   * @param slices passes, of which the first {@code count} are those of the batch in their order
   * @param count the number of slices in the batch
   */
  public static void meet(int part, NetworkPass[] slices, int count) {
    BatchPass[] passes = batchPasses(part, slices, count);
    passes[0].combine(passes, count);
  }

  /**
   * Combines the statistics of the slices after they ran a part backward.
   *
   * @param part the number of the part that ran, from 1
   * @param slices as in {@link #meet}
   * @param count as in {@link #meet}
   */
  public static void meetBackward(int part, NetworkPass[] slices, int count) {
    BatchPass[] passes = batchPasses(part, slices, count);
    passes[0].combineBackward(passes, count);
  }

  private static BatchPass[] batchPasses(int part, NetworkPass[] slices, int count) {
    var passes = new BatchPass[count];
    for (int i = 0; i < count; i++) {
      passes[i] = (BatchPass) slices[i].passes[slices[i].partStarts[part]];
    }
    return passes;
  }

  /**
   * Updates what layers learn from a batch without gradients, such as moving averages. Must be
   * called once for each batch that changes the weights, on the pass of its first slice.
   */
  public void keepStatistics() {
    for (int part = 1; part < parts(); part++) {
      ((BatchPass) passes[partStarts[part]]).updateStatistics();
    }
  }

  /** Returns the input of the output activation of the first output, see {@link #logits(int)}. */
  public Tensor logits() {
    return logits(0);
  }

  /** Returns the input of the output activation of an output in the last forward pass. */
  public Tensor logits(int output) {
    return passes[stepOf(outputs[output])].logits();
  }

  /** Returns the index of the step that returns a value. */
  private int stepOf(int value) {
    int step = steps.length - 1;
    while (steps[step].firstOutput() > value) {
      step--;
    }
    return step;
  }

  /**
   * Runs a network with one output backward, as {@link #backward(Tensor[], boolean[], Gradient[])}.
   *
   * @param gradient the gradient of the loss with respect to the output or the logits, overwritten
   * @param fromLogits whether the gradient is with respect to the {@link #logits}
   * @param weightGradients one gradient for each weight of the network, overwritten
   */
  public void backward(Tensor gradient, boolean fromLogits, Gradient[] weightGradients) {
    oneGradient[0] = gradient;
    oneFromLogits[0] = fromLogits;
    backward(oneGradient, oneFromLogits, weightGradients);
  }

  /**
   * Runs all steps backward that anything trained depends on. The gradients of the weights of other
   * layers are not changed.
   *
   * @param gradient the gradient of the loss with respect to each output or its logits,
   *     overwritten; null for an output without a loss
   * @param fromLogits for each output, whether the gradient is with respect to the {@link #logits}
   * @param weightGradients one gradient for each weight of the network, overwritten
   */
  public void backward(Tensor[] gradient, boolean[] fromLogits, Gradient[] weightGradients) {
    toInput = false;
    backwardAll(gradient, fromLogits, weightGradients);
  }

  /**
   * Runs all steps of a network with one output backward to the inputs.
   *
   * @return the gradient of the loss with respect to the first input, valid until the next backward
   *     pass. Null if the input has no gradient because it contains indices
   */
  public Tensor backwardToInput(Tensor gradient, boolean fromLogits, Gradient[] weightGradients) {
    oneGradient[0] = gradient;
    oneFromLogits[0] = fromLogits;
    backwardToInputs(oneGradient, oneFromLogits, weightGradients);
    return inputGradient(0);
  }

  /** Runs all steps backward to the inputs. */
  public void backwardToInputs(
      Tensor[] gradient, boolean[] fromLogits, Gradient[] weightGradients) {
    toInput = true;
    try {
      backwardAll(gradient, fromLogits, weightGradients);
    } finally {
      toInput = false;
    }
  }

  /**
   * Returns the gradient with respect to an input after {@link #backwardToInputs}, valid until the
   * next backward pass. Null if the input has no gradient because it contains indices.
   */
  public Tensor inputGradient(int index) {
    return gradients[index];
  }

  private void backwardAll(Tensor[] gradient, boolean[] fromLogits, Gradient[] weightGradients) {
    NetworkPass[] alone = {this};
    for (int part = parts() - 1; part > 0; part--) {
      backward(part, gradient, fromLogits, weightGradients);
      meetBackward(part, alone, 1);
    }
    backward(0, gradient, fromLogits, weightGradients);
  }

  /**
   * Runs one part backward: from the first step of the next part, or from the last step of the
   * network, to the second step of this part. The first step of this part then measures the
   * gradient. Part 0 runs to its first step.
   *
   * @param part the number of the part, from the last one down to 0
   * @param gradient as in {@link #backward(Tensor[], boolean[], Gradient[])}, read by the last part
   * @param fromLogits as in {@link #backward(Tensor[], boolean[], Gradient[])}, the same for all
   *     parts
   * @param weightGradients as in {@link #backward(Tensor[], boolean[], Gradient[])}
   */
  public void backward(
      int part, Tensor[] gradient, boolean[] fromLogits, Gradient[] weightGradients) {
    if (part == parts() - 1) {
      Arrays.fill(gradients, null);
      Arrays.fill(computed, false);
      for (int i = 0; i < outputs.length; i++) {
        addGradient(outputs[i], gradient[i]);
      }
    }
    int begin = Math.min(partStarts[part + 1], steps.length - 1);
    int last = part == 0 ? 0 : partStarts[part] + 1;
    for (int i = begin; i >= last; i--) {
      if (toInput || learning[steps[i].firstOutput()]) {
        backwardStep(i, fromLogits, weightGradients);
      }
    }
    if (part > 0) {
      int i = partStarts[part];
      ((BatchPass) passes[i]).measureBackward(gradientOf(steps[i].firstOutput()));
    }
  }

  private void backwardStep(int i, boolean[] fromLogits, Gradient[] weightGradients) {
    Step step = steps[i];
    Gradient[] own = layerGradients[step.layerIndex()];
    int start = firstWeight(step.layerIndex());
    System.arraycopy(weightGradients, start, own, 0, own.length);
    boolean again = computed[step.layerIndex()];
    Gradient[] target = again ? scratch(i) : own;
    computed[step.layerIndex()] = true;
    if (!hasGradient(i)) {
      for (int w = 0; w < own.length && !again; w++) {
        own[w].clear();
      }
      return;
    }
    current.application(step.application(), streams[i], step.layer().position());
    addPenalty(i);
    if (graphPasses[i] != null) {
      backwardGraph(i, target);
    } else {
      int source = sources[i];
      boolean isNeeded = toInput || learning[source];
      Tensor gradient = gradientOf(step.firstOutput());
      Tensor result =
          isFromLogits(step.firstOutput(), fromLogits)
              ? passes[i].backwardFromLogits(gradient, target, isNeeded)
              : passes[i].backward(gradient, target, isNeeded);
      if (isNeeded) {
        addGradient(source, result);
      }
    }
    for (int w = 0; w < own.length && again; w++) {
      own[w].add(target[w]);
    }
  }

  /** Returns gradients for a step whose layer was applied to something else, too. */
  private Gradient[] scratch(int i) {
    if (scratch[i] == null) {
      Layer layer = steps[i].layer();
      scratch[i] = layer.weights().stream().map(layer::newGradient).toArray(Gradient[]::new);
    }
    return scratch[i];
  }

  /** Runs a step with several inputs or outputs backward. */
  private void backwardGraph(int i, Gradient[] target) {
    Step step = steps[i];
    for (int j = 0; j < step.outputs(); j++) {
      stepGradients[i][j] = gradients[step.firstOutput() + j];
    }
    for (int j = 0; j < needed[i].length; j++) {
      needed[i][j] = toInput || learning[step.inputs().get(j)];
    }
    Tensor[] results = graphPasses[i].backward(stepGradients[i], target, needed[i]);
    for (int j = 0; j < needed[i].length; j++) {
      if (needed[i][j]) {
        addGradient(step.inputs().get(j), results[j]);
      }
    }
  }

  private boolean hasGradient(int i) {
    boolean has = steps[i].layer().activityRegularizer() != null;
    for (int j = 0; j < steps[i].outputs() && !has; j++) {
      has = gradients[steps[i].firstOutput() + j] != null;
    }
    return has;
  }

  private void addPenalty(int i) {
    Regularizer regularizer = steps[i].layer().activityRegularizer();
    for (int j = 0; j < steps[i].outputs() && regularizer != null; j++) {
      Tensor y = values[steps[i].firstOutput() + j];
      Tensor g = gradientOf(steps[i].firstOutput() + j);
      regularizer.addGradient(
          y.values(), y.offset(), g.values(), g.offset(), y.size(), activityScale);
    }
  }

  private boolean isFromLogits(int value, boolean[] fromLogits) {
    for (int i = 0; i < outputs.length; i++) {
      if (outputs[i] == value) {
        return fromLogits[i];
      }
    }
    return false;
  }

  /** Returns the gradient of a value, zeros if no loss depends on it. */
  private Tensor gradientOf(int value) {
    if (gradients[value] == null) {
      gradients[value] = sumOf(value, values[value]);
      Arrays.fill(sums[value].values(), 0, values[value].size(), 0f);
    }
    return gradients[value];
  }

  /** Adds the gradient of a value from one of its readers. */
  private void addGradient(int value, Tensor gradient) {
    if (gradient == null) {
      return;
    }
    if (readers[value] == 1) {
      gradients[value] = gradient;
    } else if (gradients[value] == null) {
      // A copy, because the reader may use its array again or have passed it to other values.
      gradients[value] = sumOf(value, gradient);
      System.arraycopy(
          gradient.values(), gradient.offset(), sums[value].values(), 0, gradient.size());
    } else {
      Compute.kernels()
          .add(gradient.size(), gradient.values(), gradient.offset(), sums[value].values(), 0);
    }
  }

  /** Returns the tensor for the sum of the gradients of a value, with the shape of a gradient. */
  private Tensor sumOf(int value, Tensor like) {
    if (sums[value] == null) {
      sums[value] = new Tensor();
    }
    float[] buffer = Pass.atLeast(sums[value].values(), like.size());
    return sums[value].set(buffer, 0, like.rows(), like.shape(), null);
  }

  /** Returns the index of the first weight of a layer among those of the network. */
  private int firstWeight(int layer) {
    int first = 0;
    for (int i = 0; i < layer; i++) {
      first += layerGradients[i].length;
    }
    return first;
  }
}
