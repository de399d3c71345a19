package org.unroll.layers.recurrent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unroll.compute.Compute;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Reads a sequence from both ends, Keras's {@code Bidirectional} (Schuster &amp; Paliwal 1997): one
 * recurrent layer forward, another backward, their outputs merged. With {@code returnSequences} the
 * backward layer's output is turned round first, so that both belong to the same time step.
 *
 * <p>The backward layer is a copy of the given one with {@code goBackwards} turned over and weights
 * of its own, or another layer with {@link #backwardLayer}. Weights: the forward layer's, then the
 * backward layer's. As in Keras, both return zeros at masked time steps where they return
 * sequences.
 *
 * <p>Input (batch, time, features), output (batch, units) or (batch, time, units), twice as many
 * units with {@link MergeMode#CONCAT}.
 *
 * <p>Source: Keras 3, {@code keras.layers.Bidirectional}.
 */
public final class Bidirectional extends Layer {
  private static final String FORWARD = "forward_";
  private static final String BACKWARD = "backward_";

  private final RecurrentLayer<?> forwardLayer;
  private RecurrentLayer<?> backwardLayer; // null until it is given or asked for
  private MergeMode mergeMode = MergeMode.CONCAT;

  /** How the outputs of the two directions become one. */
  public enum MergeMode {
    /** Side by side. */
    CONCAT,
    /** Their sum. */
    SUM,
    /** Their product, element by element. */
    MUL,
    /** Their mean. */
    AVE,
    /**
     * They stay apart, Keras's {@code None}: a model that ends so predicts two outputs, {@code
     * forward_…} and {@code backward_…} by the names of the two layers.
     */
    NONE;

    /** The mode with this Keras name. */
    public static MergeMode of(String name) {
      for (MergeMode mode : values()) {
        if (mode.name().toLowerCase(Locale.ROOT).equals(name)) {
          return mode;
        }
      }
      throw new IllegalArgumentException(
          "Unknown merge mode '" + name + "'. Known: concat, sum, mul, ave, none");
    }
  }

  public Bidirectional(RecurrentLayer<?> layer) {
    super("Bidirectional");
    forwardLayer = layer;
  }

  /** The layer that reads the sequence as the given one does. */
  public RecurrentLayer<?> forwardLayer() {
    return forwardLayer;
  }

  /** The layer that reads the sequence the other way round. */
  public RecurrentLayer<?> backwardLayer() {
    if (backwardLayer == null) {
      // As late as possible: what is set on the forward layer until then holds for both.
      backwardLayer = forwardLayer.copy();
      backwardLayer.goBackwards(!forwardLayer.goBackwards());
    }
    return backwardLayer;
  }

  /**
   * A layer of its own for the other direction.
   *
   * @throws IllegalArgumentException unless it reads the other way round and agrees with the
   *     forward layer on returnSequences, returnState and stateful
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
          "The two layers of a Bidirectional read in different directions. Received:"
              + " goBackwards="
              + layer.goBackwards()
              + " for both. Set goBackwards on one of them.");
    }
    requireSame("returnSequences", forwardLayer.returnSequences(), layer.returnSequences());
    requireSame("returnState", forwardLayer.returnState(), layer.returnState());
    requireSame("stateful", forwardLayer.stateful(), layer.stateful());
  }

  private static void requireSame(String option, boolean forwards, boolean backwards) {
    if (forwards != backwards) {
      throw new IllegalArgumentException(
          "Both layers of a Bidirectional have the same "
              + option
              + ". Received: "
              + option
              + "="
              + forwards
              + " forwards, "
              + backwards
              + " backwards.");
    }
  }

  /** How the two outputs become one; side by side by default. */
  public Bidirectional mergeMode(MergeMode mode) {
    requireNotBuilt("mergeMode");
    mergeMode = mode;
    return this;
  }

  /** How the two outputs become one. */
  public MergeMode mergeMode() {
    return mergeMode;
  }

  /** Whether the outputs of the two directions stand in one row, one behind the other. */
  private boolean isSideBySide() {
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

  /** The states of the forward layer, then those of the backward one. */
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
        ? "its two directions on their own (MergeMode.NONE)"
        : super.moreOutputs();
  }

  /** Sets the name. */
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
              + " merges vectors, and "
              + forwardLayer.describe()
              + " returns images, "
              + describe(one)
              + ". Use it in one direction.");
    }
    requirePair(backwardLayer());
    int other = backwardLayer.checkInput(input, previous).last();
    if (isSideBySide()) {
      return one.withLast(one.last() + other);
    }
    if (one.last() != other) {
      throw new IllegalArgumentException(
          describe()
              + " merges its outputs by "
              + mergeMode
              + ", which needs as many units in both directions. Received: "
              + one.last()
              + " and "
              + other);
    }
    return one;
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

    /** The states of one direction; the arrays are the same. */
    private float[][] half(float[][] state, int direction) {
      if (state == null) {
        return null;
      }
      int forwards = halves[0].length;
      System.arraycopy(state, direction * forwards, halves[direction], 0, halves[direction].length);
      return halves[direction];
    }

    private int width() {
      return isSideBySide() ? units[0] + units[1] : units[0];
    }

    /**
     * Where one direction has what belongs to time step t: the backward layer has it in reversed
     * order.
     */
    private int at(int direction, int t, int row) {
      int step = direction == 0 ? t : timesteps - 1 - t;
      return outputs[direction].offset() + (step * rows + row) * units[direction];
    }

    private void merge(int a, int b, int to) {
      float[] forward = outputs[0].values();
      float[] backward = outputs[1].values();
      if (isSideBySide()) {
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
      int copied = 0;
      for (int direction = 0; direction < 2; direction++) {
        buffers[direction] = atLeast(buffers[direction], timesteps * rows * units[direction]);
        splitGradient(gradient, direction);
        gradients[direction].set(buffers[direction], 0, rows, outputs[direction].shape(), null);
        int count = weightGradients[direction].length;
        System.arraycopy(all, copied, weightGradients[direction], 0, count);
        copied += count;
      }
      Tensor first = passes[0].backward(gradients[0], weightGradients[0], needed);
      Tensor second = passes[1].backward(gradients[1], weightGradients[1], needed);
      if (!needed) {
        return null;
      }
      int size = first.size();
      dx = atLeast(dx, size);
      System.arraycopy(first.values(), first.offset(), dx, 0, size);
      Compute.kernels().add(size, second.values(), second.offset(), dx, 0);
      return inputGradient.set(dx, 0, rows, first.shape(), null);
    }

    private void splitGradient(Tensor gradient, int direction) {
      int width = width();
      int part = isSideBySide() && direction == 1 ? units[0] : 0;
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
