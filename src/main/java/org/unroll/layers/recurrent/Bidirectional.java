package org.unroll.layers.recurrent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unroll.compute.Compute;
import org.unroll.data.Shape;
import org.unroll.internal.Suggestion;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Reads a sequence from both ends and merges the outputs, Keras's {@code Bidirectional} (Schuster
 * &amp; Paliwal 1997). One recurrent layer reads forward, another backward. With {@code
 * returnSequences}, the output of the backward layer is reversed first, so that both outputs belong
 * to the same time step.
 *
 * <p>The backward layer is a copy of the given layer with the opposite {@code goBackwards} and its
 * own weights, or a different layer set with {@link #backwardLayer(RecurrentLayer)}. Weights: those
 * of the forward layer, then those of the backward layer. As in Keras, both layers return zeros at
 * masked time steps if they return sequences.
 *
 * <p>Input (batch, time, features). Output (batch, units) or (batch, time, units), with twice as
 * many units for {@link MergeMode#CONCAT}.
 *
 * <p>Source: Keras 3, {@code keras.layers.Bidirectional}.
 */
public final class Bidirectional extends Layer {
  private static final String FORWARD = "forward_";
  private static final String BACKWARD = "backward_";

  private final RecurrentLayer<?> forwardLayer;
  private RecurrentLayer<?> backwardLayer; // null until it is set or first needed
  private MergeMode mergeMode = MergeMode.CONCAT;

  /** The operation that merges the outputs of the two directions. */
  public enum MergeMode {
    /** Concatenation along the last axis. */
    CONCAT,
    /** Their sum. */
    SUM,
    /** Their product, element by element. */
    MUL,
    /** Their mean. */
    AVE,
    /**
     * No merging, Keras's {@code None}. In a {@code Model}, the layer returns two nodes, before its
     * states. In a {@code Sequential}, it must be the last layer; the model then predicts two
     * outputs, named like the two layers: {@code forward_…} and {@code backward_…}.
     */
    NONE;

    /**
     * Returns the mode with a Keras name.
     *
     * @throws IllegalArgumentException if Keras has no such mode
     */
    public static MergeMode of(String name) {
      for (MergeMode mode : values()) {
        if (mode.name().toLowerCase(Locale.ROOT).equals(name)) {
          return mode;
        }
      }
      throw new IllegalArgumentException(
          "The merge mode must be one of concat, sum, mul, ave and none, but was '"
              + name
              + "'."
              + Suggestion.of(name, List.of("concat", "sum", "mul", "ave", "none")));
    }
  }

  /**
   * Creates a bidirectional layer.
   *
   * @param layer the forward layer, which must not be used elsewhere in the model
   */
  public Bidirectional(RecurrentLayer<?> layer) {
    super("Bidirectional");
    forwardLayer = layer;
  }

  /** Returns the forward layer, which is the given one. */
  public RecurrentLayer<?> forwardLayer() {
    return forwardLayer;
  }

  /** Returns the layer that reads the sequence in the opposite direction. */
  public RecurrentLayer<?> backwardLayer() {
    if (backwardLayer == null) {
      // The copy is made as late as possible, so that it has all arguments of the forward layer.
      backwardLayer = forwardLayer.copy();
      backwardLayer.goBackwards(!forwardLayer.goBackwards());
    }
    return backwardLayer;
  }

  /**
   * Sets a different layer for the opposite direction.
   *
   * @throws IllegalArgumentException if both layers have the same {@code goBackwards}, or if they
   *     differ in {@code returnSequences}, {@code returnState} or {@code stateful}
   */
  public Bidirectional backwardLayer(RecurrentLayer<?> layer) {
    requireNotBuilt("backwardLayer");
    requirePair(layer);
    backwardLayer = layer;
    return this;
  }

  private void requirePair(RecurrentLayer<?> layer) {
    if (layer.goBackwards() == forwardLayer.goBackwards()) {
      throw new IllegalArgumentException(
          "The two layers of a Bidirectional must read in opposite directions, but both have"
              + " goBackwards="
              + layer.goBackwards()
              + ". Change goBackwards on one of them.");
    }
    requireSame("returnSequences", forwardLayer.returnSequences(), layer.returnSequences());
    requireSame("returnState", forwardLayer.returnState(), layer.returnState());
    requireSame("stateful", forwardLayer.stateful(), layer.stateful());
  }

  private static void requireSame(String option, boolean forwards, boolean backwards) {
    if (forwards != backwards) {
      throw new IllegalArgumentException(
          "Both layers of a Bidirectional must have the same "
              + option
              + ", but it is "
              + forwards
              + " for the forward layer and "
              + backwards
              + " for the backward layer.");
    }
  }

  /** Sets how the two outputs are merged; {@link MergeMode#CONCAT} by default. */
  public Bidirectional mergeMode(MergeMode mode) {
    requireNotBuilt("mergeMode");
    mergeMode = mode;
    return this;
  }

  /** Returns how the two outputs are merged. */
  public MergeMode mergeMode() {
    return mergeMode;
  }

  /** Returns whether the outputs of the two directions are concatenated. */
  private boolean concatenates() {
    return mergeMode == MergeMode.CONCAT || mergeMode == MergeMode.NONE;
  }

  @Override
  public boolean stateful() {
    return forwardLayer.stateful();
  }

  @Override
  public boolean returnState() {
    return forwardLayer.returnState();
  }

  /** Returns the states of the forward layer, then those of the backward layer. */
  @Override
  public Map<String, Shape> stateShapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    forwardLayer.stateShapes().forEach((name, shape) -> shapes.put(FORWARD + name, shape));
    backwardLayer().stateShapes().forEach((name, shape) -> shapes.put(BACKWARD + name, shape));
    return shapes;
  }

  @Override
  public Map<String, Integer> outputWidths() {
    Map<String, Integer> widths = new LinkedHashMap<>();
    if (mergeMode == MergeMode.NONE) {
      widths.put(forwardLayer.name(), forwardLayer.outputShape().last());
      widths.put(backwardLayer.name(), backwardLayer.outputShape().last());
    }
    return widths;
  }

  @Override
  public String moreOutputs() {
    return mergeMode == MergeMode.NONE
        ? "the outputs of its two directions separately (MergeMode.NONE)"
        : super.moreOutputs();
  }

  /** Sets the name of the layer. */
  public Bidirectional name(String name) {
    setName(name);
    return this;
  }

  @Override
  protected List<Layer> innerLayers() {
    return List.of(forwardLayer);
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    Shape one = forwardLayer.checkInput(input, previous);
    if (one.rank() > (forwardLayer.returnSequences() ? 2 : 1)) {
      throw new IllegalArgumentException(
          describe()
              + " needs a layer that returns vectors, but "
              + forwardLayer.describe()
              + " returns outputs of shape "
              + describe(one)
              + ". Use it without bidirectional(…).");
    }
    requirePair(backwardLayer());
    int other = backwardLayer.checkInput(input, previous).last();
    if (concatenates()) {
      return one.withLast(one.last() + other);
    }
    if (one.last() != other) {
      throw new IllegalArgumentException(
          describe()
              + " must have the same number of units in both directions to merge them with "
              + mergeMode
              + ", but they have "
              + one.last()
              + " and "
              + other
              + ". Use equal units or MergeMode.CONCAT.");
    }
    return one;
  }

  /** Without merging, the outputs of both directions are separate values of a graph. */
  @Override
  public List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous) {
    List<Shape> outputs = new ArrayList<>(super.checkInputs(inputs, previous));
    if (mergeMode == MergeMode.NONE) {
      Shape forwards = forwardLayer.checkInput(inputs.get(0), previous.get(0));
      int backwards = outputs.get(0).last() - forwards.last();
      outputs.set(0, forwards);
      outputs.add(1, forwards.withLast(backwards));
    }
    return outputs;
  }

  @Override
  protected String fixFor(Shape output, String needed) {
    return forwardLayer.fixFor(output, needed);
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    String name = withoutPrefix(forwardLayer.name(), FORWARD);
    forwardLayer.setName(FORWARD + name);
    if (backwardLayer.name() == null) {
      backwardLayer.setName(BACKWARD + name);
    }
    forwardLayer.zeroOutputForMask(forwardLayer.returnSequences());
    backwardLayer.zeroOutputForMask(backwardLayer.returnSequences());
    factory.inner(forwardLayer, input, 1);
    factory.inner(backwardLayer, input, 2);
  }

  private static String withoutPrefix(String name, String prefix) {
    return name.startsWith(prefix) ? name.substring(prefix.length()) : name;
  }

  @Override
  public void prepareBackward() {
    forwardLayer.prepareBackward();
    backwardLayer.prepareBackward();
  }

  @Override
  public Pass newPass() {
    return new BidirectionalPass();
  }

  private final class BidirectionalPass extends Pass {
    private final Pass[] passes = {forwardLayer.newPass(), backwardLayer.newPass()};
    private final int[] units = {
      forwardLayer.outputShape().last(), backwardLayer.outputShape().last()
    };
    private final float[][][] halves = {
      new float[forwardLayer.stateShapes().size()][],
      new float[backwardLayer.stateShapes().size()][]
    };
    private final Tensor[] outputs = new Tensor[2];
    private final Tensor[] gradients = {new Tensor(), new Tensor()};
    private final float[][] buffers = {{}, {}};
    private final Gradient[][] weightGradients = {
      new Gradient[forwardLayer.weights().size()], new Gradient[backwardLayer.weights().size()]
    };
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private float[] merged = {};
    private float[] dx = {};
    private int rows;
    private int timesteps;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext call) {
      outputs[0] = passes[0].forward(input, half(state, 0), call);
      outputs[1] = passes[1].forward(input, half(state, 1), call);
      rows = input.rows();
      timesteps = outputs[0].timesteps();
      int width = width();
      merged = atLeast(merged, timesteps * rows * width);
      for (int t = 0; t < timesteps; t++) {
        for (int r = 0; r < rows; r++) {
          merge(at(0, t, r), at(1, t, r), (t * rows + r) * width);
        }
      }
      Shape shape = outputs[0].shape().withLast(width);
      return output.set(merged, 0, rows, shape, outputs[0].mask());
    }

    /** Returns the states of one direction, without copying the arrays. */
    private float[][] half(float[][] state, int direction) {
      if (state == null) {
        return null;
      }
      int forwards = halves[0].length;
      System.arraycopy(state, direction * forwards, halves[direction], 0, halves[direction].length);
      return halves[direction];
    }

    private int width() {
      return concatenates() ? units[0] + units[1] : units[0];
    }

    /**
     * Returns the index of the output of one direction for time step t. The outputs of the backward
     * layer are in reversed order.
     */
    private int at(int direction, int t, int row) {
      int step = direction == 0 ? t : timesteps - 1 - t;
      return outputs[direction].offset() + (step * rows + row) * units[direction];
    }

    private void merge(int a, int b, int to) {
      float[] forward = outputs[0].values();
      float[] backward = outputs[1].values();
      if (concatenates()) {
        System.arraycopy(forward, a, merged, to, units[0]);
        System.arraycopy(backward, b, merged, to + units[0], units[1]);
        return;
      }
      for (int i = 0; i < units[0]; i++) {
        float x = forward[a + i];
        float y = backward[b + i];
        merged[to + i] =
            switch (mergeMode) {
              case SUM -> x + y;
              case MUL -> x * y;
              default -> (x + y) / 2;
            };
      }
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] all, boolean needed) {
      return backward(gradient, null, all, needed);
    }

    @Override
    public Tensor backward(
        Tensor gradient, float[][] stateGradients, Gradient[] all, boolean needed) {
      int copied = 0;
      for (int direction = 0; direction < 2; direction++) {
        int size = timesteps * rows * units[direction];
        buffers[direction] = atLeast(buffers[direction], size);
        if (gradient == null) {
          Arrays.fill(buffers[direction], 0, size, 0f);
        } else {
          splitGradient(gradient, direction);
        }
        gradients[direction].set(buffers[direction], 0, rows, outputs[direction].shape(), null);
        int count = weightGradients[direction].length;
        System.arraycopy(all, copied, weightGradients[direction], 0, count);
        copied += count;
      }
      Tensor first = backward(0, stateGradients, needed);
      Tensor second = backward(1, stateGradients, needed);
      if (!needed) {
        return null;
      }
      int size = first.size();
      dx = atLeast(dx, size);
      System.arraycopy(first.values(), first.offset(), dx, 0, size);
      Compute.kernels().add(size, second.values(), second.offset(), dx, 0);
      return inputGradient.set(dx, 0, rows, first.shape(), null);
    }

    private Tensor backward(int direction, float[][] stateGradients, boolean needed) {
      float[][] own = half(stateGradients, direction);
      return own == null
          ? passes[direction].backward(gradients[direction], weightGradients[direction], needed)
          : passes[direction].backward(
              gradients[direction], own, weightGradients[direction], needed);
    }

    private void splitGradient(Tensor gradient, int direction) {
      int width = width();
      int part = concatenates() && direction == 1 ? units[0] : 0;
      float[] g = gradient.values();
      float[] other = outputs[1 - direction].values();
      for (int t = 0; t < timesteps; t++) {
        int step = direction == 0 ? t : timesteps - 1 - t;
        for (int r = 0; r < rows; r++) {
          int from = gradient.offset() + (t * rows + r) * width + part;
          int to = (step * rows + r) * units[direction];
          int factor = at(1 - direction, t, r);
          for (int i = 0; i < units[direction]; i++) {
            buffers[direction][to + i] =
                switch (mergeMode) {
                  case CONCAT, NONE, SUM -> g[from + i];
                  case MUL -> g[from + i] * other[factor + i];
                  case AVE -> g[from + i] / 2;
                };
          }
        }
      }
    }
  }
}
