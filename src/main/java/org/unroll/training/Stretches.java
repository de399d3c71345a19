package org.unroll.training;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.losses.Loss;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.SteppedPass;

/**
 * The samples of a batch cut into stretches of time steps, for truncated backpropagation through
 * time. The samples of this dataset are those of the {@linkplain #next current} stretch. Each
 * sample is copied from its dataset once, not for every stretch.
 */
final class Stretches implements Dataset {
  /** The time steps of the current stretch, the same for all inputs and targets. */
  private static final class Position {
    int from;
    int to;
  }

  private final Dataset base;
  private final int length; // the number of time steps of a sample
  private final Position position;
  private final List<Dataset> inputParts;
  private final List<Dataset> targetParts;
  private final Map<Integer, float[]> inputs = new ConcurrentHashMap<>(); // by sample
  private final Map<Integer, float[]> targets = new ConcurrentHashMap<>();
  private final Map<Integer, float[]> weights = new ConcurrentHashMap<>();

  /** Creates the stretches of one input or output. */
  private Stretches(Dataset base, int length, Position position) {
    this.base = base;
    this.length = length;
    this.position = position;
    inputParts = List.of(this);
    targetParts = inputParts;
  }

  private Stretches(
      Dataset base, int length, List<Dataset> inputs, List<Dataset> targets, Position position) {
    this.base = base;
    this.length = length;
    this.position = position;
    inputParts = parts(inputs);
    targetParts = inputs.equals(targets) ? inputParts : parts(targets);
  }

  private List<Dataset> parts(List<Dataset> whole) {
    return whole.stream().<Dataset>map(part -> new Stretches(part, length, position)).toList();
  }

  /**
   * Creates the stretches of a batch, before the first one.
   *
   * @param order the order in which the dataset is visited, or null for its natural one
   * @param first the position in this order where the batch begins
   * @param rows the number of samples in the batch
   * @throws IllegalArgumentException if the inputs differ in the number of time steps
   */
  static Stretches of(Dataset dataset, int[] order, int first, int rows) {
    List<Dataset> inputs = forBatch(dataset.inputParts(), order, first, rows);
    List<Dataset> targets =
        dataset.targetParts().equals(dataset.inputParts())
            ? inputs
            : forBatch(dataset.targetParts(), order, first, rows);
    int length = requireOneLength(inputs.stream().map(Dataset::inputShape).toList());
    return new Stretches(dataset, length, inputs, targets, new Position());
  }

  private static List<Dataset> forBatch(List<Dataset> parts, int[] order, int first, int rows) {
    return parts.stream().map(part -> part.forBatch(order, first, rows)).toList();
  }

  /**
   * Checks that a network can be trained on a dataset in stretches.
   *
   * @throws IllegalArgumentException if it cannot; the message names the layer or the loss
   */
  static void requireFit(CompiledNetwork compiled, Dataset dataset) {
    Network network = compiled.network();
    for (CompiledOutput output : compiled.outputs()) {
      Loss loss = output.loss();
      if (loss.overSequences() != null || loss.overBatch() != null) {
        throw new IllegalArgumentException(
            "truncatedBackpropagation(…) needs a loss of single time steps, but "
                + loss.name()
                + " is computed from whole "
                + (loss.overBatch() != null ? "batches" : "sequences")
                + ". Use another loss, or remove this option.");
      }
    }
    for (Layer layer : network.layers()) {
      if (layer.stateful()) {
        throw new IllegalArgumentException(
            "truncatedBackpropagation(…) carries the states within a batch and starts every batch"
                + " with zeros, so no layer must be stateful, but "
                + layer.describe()
                + " is. Remove stateful(true), or remove this option and give the stretches as"
                + " batches.");
      }
    }
    SteppedPass.requireStretches(network);
    requireOneLength(DataChecks.inputShapes(network, dataset));
  }

  /** Returns the number of time steps of all inputs. */
  private static int requireOneLength(List<Shape> inputs) {
    int length = inputs.get(0).axis(0);
    if (inputs.stream().anyMatch(shape -> shape.axis(0) != length)) {
      throw new IllegalArgumentException(
          "truncatedBackpropagation(…) needs the same number of time steps in all inputs, but their"
              + " samples have the shapes "
              + inputs
              + ". Remove this option, or build a model whose inputs all have these time steps.");
    }
    return length;
  }

  /** Returns the number of time steps of a sample. */
  int length() {
    return length;
  }

  /** Returns the first time step of the current stretch. */
  int from() {
    return position.from;
  }

  /** Returns the time step after the last one of the current stretch; 0 before the first. */
  int to() {
    return position.to;
  }

  /** Continues with the next stretch of at most this number of time steps. */
  void next(int steps) {
    position.from = position.to;
    position.to = Math.min(length, position.from + steps);
  }

  private int steps() {
    return position.to - position.from;
  }

  @Override
  public int size() {
    return base.size();
  }

  @Override
  public int batchSize() {
    return base.batchSize();
  }

  @Override
  public List<Dataset> inputParts() {
    return inputParts;
  }

  @Override
  public List<Dataset> targetParts() {
    return targetParts;
  }

  @Override
  public List<String> inputNames() {
    return base.inputNames();
  }

  @Override
  public List<String> targetNames() {
    return base.targetNames();
  }

  @Override
  public Shape inputShape() {
    return base.inputShape().withFirst(steps());
  }

  @Override
  public Shape targetShape() {
    return stretch(base.targetShape());
  }

  @Override
  public Shape weightShape() {
    return base.weightShape() == null ? null : stretch(base.weightShape());
  }

  /** Time is the first axis of the outputs, so the values of a time step follow each other. */
  private Shape stretch(Shape whole) {
    return Shape.of(steps(), whole.size() / length);
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    Shape shape = base.inputShape();
    float[] whole = whole(inputs, sample, shape, values -> base.copyInput(sample, values, 0, 1));
    if (shape.rank() == 1) {
      System.arraycopy(whole, position.from, slice, row * steps(), steps());
      return;
    }
    int width = whole.length / length;
    for (int t = 0; t < steps(); t++) {
      System.arraycopy(whole, (position.from + t) * width, slice, (t * rows + row) * width, width);
    }
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    copyStretch(
        whole(targets, sample, base.targetShape(), values -> base.copyTarget(sample, values, 0)),
        target,
        offset);
  }

  @Override
  public void copyWeights(int sample, float[] sampleWeights, int offset) {
    copyStretch(
        whole(weights, sample, base.weightShape(), values -> base.copyWeights(sample, values, 0)),
        sampleWeights,
        offset);
  }

  /** Returns all time steps of a sample, which are copied from the dataset at the first call. */
  private static float[] whole(
      Map<Integer, float[]> copies, int sample, Shape shape, Consumer<float[]> copy) {
    return copies.computeIfAbsent(
        sample,
        number -> {
          float[] values = new float[shape.size()];
          copy.accept(values);
          return values;
        });
  }

  private void copyStretch(float[] whole, float[] to, int offset) {
    int width = whole.length / length;
    System.arraycopy(whole, position.from * width, to, offset, steps() * width);
  }
}
