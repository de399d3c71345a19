package org.unroll.data;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ejml.data.DMatrix;
import org.ejml.data.FMatrix;
import org.ejml.simple.SimpleMatrix;
import tech.tablesaw.api.Table;

/**
 * Samples in memory, created from Java arrays, EJML matrices or columns of a Tablesaw table, with
 * or without targets and weights.
 *
 * <pre>{@code
 * Samples train = Samples.of(new double[][] {{0, 1}, {1, 1}}).targets(new double[] {1, 0}).batchSize(2);
 * }</pre>
 *
 * <p>The first axis of the data is the sample axis. The values are copied once and stored as 32-bit
 * floats, so later changes to the arrays have no effect. All values must be finite and within the
 * range of a float, and all samples must have the same length; otherwise the factories throw an
 * {@link IllegalArgumentException} that reports the position.
 *
 * <p>Defaults: batches of 32 samples, in the given order. Immutable: {@code targets}, {@code
 * weights}, {@code batchSize} and {@code shuffled} return a new object that shares the values.
 */
public final class Samples implements Dataset, Serializable {
  private static final long serialVersionUID = 1;

  private final Block inputs; // of the first input of the model
  private final Block targets; // of the first output, or null
  private final Block weights; // of the first output, or of all, or null
  private final Batching batching;
  private final Parts moreInputs;
  private final Parts moreTargets;

  /** Of the outputs after the first; empty if they are the same. */
  @SuppressWarnings("serial") // an immutable list, which is serializable
  private final List<Block> moreWeights;

  /** The inputs or targets of a model after the first, and the names of all of them, or none. */
  private record Parts(List<Block> blocks, List<String> names) implements Serializable {
    private static final long serialVersionUID = 1;

    static final Parts NONE = new Parts(List.of(), List.of());

    /** Reads values by position or by name. */
    static List<Block> read(String what, Collection<?> values) {
      if (values.isEmpty()) {
        throw new IllegalArgumentException("There must be at least one of the " + what + ".");
      }
      return values.stream().map(value -> Block.ofAny(what, value)).toList();
    }

    static Parts after(List<Block> all, Collection<String> names) {
      return new Parts(List.copyOf(all.subList(1, all.size())), List.copyOf(names));
    }
  }

  private Samples(Block inputs, Block targets, Block weights, Batching batching) {
    this(inputs, targets, weights, batching, Parts.NONE, Parts.NONE, List.of());
  }

  private Samples(
      Block inputs,
      Block targets,
      Block weights,
      Batching batching,
      Parts moreInputs,
      Parts moreTargets,
      List<Block> moreWeights) {
    this.inputs = inputs;
    this.targets = targets;
    this.weights = weights;
    this.batching = batching;
    this.moreInputs = moreInputs;
    this.moreTargets = moreTargets;
    this.moreWeights = moreWeights;
  }

  private static Samples of(Block inputs) {
    return new Samples(inputs, null, null, Batching.DEFAULT);
  }

  /**
   * Creates samples for a model with several inputs, in their order.
   *
   * <pre>{@code
   * double[][][] sensors = new double[100][24][3];
   * double[][] place = new double[100][2];
   * Samples samples = Samples.of(List.of(sensors, place)).targets(new double[100]);
   * }</pre>
   *
   * @param inputs for each input what the other methods {@code of} accept
   * @throws IllegalArgumentException if a value is of another kind, or the numbers of samples
   *     differ
   */
  public static Samples of(List<?> inputs) {
    return of(inputs, List.of());
  }

  /**
   * Creates samples for a model with several inputs, by their names.
   *
   * @throws IllegalArgumentException as {@link #of(List)} does
   */
  public static Samples of(Map<String, ?> inputs) {
    return of(inputs.values(), inputs.keySet());
  }

  private static Samples of(Collection<?> inputs, Collection<String> names) {
    List<Block> all = Parts.read("inputs", inputs);
    var samples =
        new Samples(
            all.get(0),
            null,
            null,
            Batching.DEFAULT,
            Parts.after(all, names),
            Parts.NONE,
            List.of());
    samples.moreInputs.blocks().forEach(block -> samples.requireOneEach("input", block));
    return samples;
  }

  /**
   * Creates samples for a model with two inputs of token ids, such as a text and its translation.
   */
  public static Samples of(int[][] first, int[][] second) {
    return of(List.of(first, second));
  }

  /**
   * Returns these samples with targets for a model with several outputs, in their order.
   *
   * @throws IllegalArgumentException as {@link #of(List)} does
   */
  public Samples targets(List<?> targets) {
    return targets(targets, List.of());
  }

  /**
   * Returns these samples with targets for a model with several outputs, by their names.
   *
   * @throws IllegalArgumentException as {@link #of(List)} does
   */
  public Samples targets(Map<String, ?> targets) {
    return targets(targets.values(), targets.keySet());
  }

  private Samples targets(Collection<?> values, Collection<String> names) {
    List<Block> all = Parts.read("targets", values);
    all.forEach(block -> requireOneEach("target", block));
    return withTargets(all.get(0), Parts.after(all, names));
  }

  @Override
  public List<Dataset> inputParts() {
    if (moreInputs.blocks().isEmpty()) {
      return List.of(this);
    }
    List<Dataset> parts = new ArrayList<>(List.of(of(inputs)));
    moreInputs.blocks().forEach(block -> parts.add(of(block)));
    return parts;
  }

  @Override
  public List<Dataset> targetParts() {
    if (moreTargets.blocks().isEmpty()) {
      return List.of(this);
    }
    List<Dataset> parts = new ArrayList<>(List.of(new Samples(inputs, targets, weights, batching)));
    for (int i = 0; i < moreTargets.blocks().size(); i++) {
      Block own = moreWeights.isEmpty() ? weights : moreWeights.get(i);
      parts.add(new Samples(inputs, moreTargets.blocks().get(i), own, batching));
    }
    return parts;
  }

  @Override
  public List<String> inputNames() {
    return moreInputs.names();
  }

  @Override
  public List<String> targetNames() {
    return moreTargets.names();
  }

  /** Creates samples of shape (features). */
  public static Samples of(double[][] inputs) {
    return of(Block.of("inputs", inputs));
  }

  /** Creates samples of shape (steps, features). */
  public static Samples of(double[][][] inputs) {
    return of(Block.of("inputs", inputs));
  }

  /** Creates samples of shape (rows, columns, channels), the input of a {@code Conv2D}. */
  public static Samples of(double[][][][] inputs) {
    return of(Block.nested("inputs", inputs, 3));
  }

  /**
   * Creates samples of shape (steps, rows, columns, channels): images over time, the input of a
   * {@code ConvLSTM2D}.
   */
  public static Samples of(double[][][][][] inputs) {
    return of(Block.nested("inputs", inputs, 4));
  }

  /**
   * Creates samples of any shape. For example, these are two images over three time steps, each
   * with 4 × 4 pixels of one channel:
   *
   * <pre>{@code
   * Samples videos = Samples.of(Shape.of(3, 4, 4, 1), new float[2 * 3 * 4 * 4]);
   * }</pre>
   *
   * @param shape the shape of one sample, without the sample axis
   * @param values the values of all samples, one sample after another, each in row-major order
   * @throws IllegalArgumentException if an axis is {@link Shape#ANY}, the number of values is not a
   *     multiple of the size of the shape, or a value is not finite
   */
  public static Samples of(Shape shape, float[] values) {
    return of(Block.of("inputs", shape, values));
  }

  /**
   * Creates samples of shape (steps) from lists of token ids, the input of an {@code Embedding}.
   * The ids must not exceed 16,777,216, because they are stored as floats.
   */
  public static Samples of(int[][] inputs) {
    return of(Block.of("inputs", inputs));
  }

  /**
   * Creates samples of shape (columns) from the rows of an EJML matrix, for example a {@code
   * DMatrixRMaj}.
   */
  public static Samples of(DMatrix inputs) {
    return of(Block.of("inputs", inputs));
  }

  /**
   * Creates samples of shape (columns) from the rows of an EJML matrix, for example an {@code
   * FMatrixRMaj}.
   */
  public static Samples of(FMatrix inputs) {
    return of(Block.of("inputs", inputs));
  }

  /** Creates samples of shape (columns) from the rows of an EJML matrix. */
  public static Samples of(SimpleMatrix inputs) {
    return of(Block.of("inputs", inputs));
  }

  /**
   * Creates samples of shape (columns) from the rows of a table.
   *
   * @param columns the names of numeric columns; all columns of the table if none is given
   * @throws IllegalArgumentException if a column is missing or not numeric, or a cell is missing
   */
  public static Samples of(Table inputs, String... columns) {
    return of(Block.of("inputs", inputs, columns));
  }

  /** Returns these samples with one number each as target, shape (1). */
  public Samples targets(double[] targets) {
    return targets(Block.of("targets", targets));
  }

  /** Returns these samples with a vector each as target, shape (values). */
  public Samples targets(double[][] targets) {
    return targets(Block.of("targets", targets));
  }

  /** Returns these samples with a sequence of vectors each as target, shape (steps, values). */
  public Samples targets(double[][][] targets) {
    return targets(Block.of("targets", targets));
  }

  /** Returns these samples with an image each as target, shape (rows, columns, channels). */
  public Samples targets(double[][][][] targets) {
    return targets(Block.nested("targets", targets, 3));
  }

  /**
   * Returns these samples with a sequence of images each as target, shape (steps, rows, columns,
   * channels).
   */
  public Samples targets(double[][][][][] targets) {
    return targets(Block.nested("targets", targets, 4));
  }

  /**
   * Returns these samples with targets of any shape. See {@link #of(Shape, float[])}.
   *
   * @param shape the shape of one target
   * @param values the values of all targets, one target after another, each in row-major order
   * @throws IllegalArgumentException as {@link #of(Shape, float[])}
   */
  public Samples targets(Shape shape, float[] values) {
    return targets(Block.of("targets", shape, values));
  }

  /** Returns these samples with a class index each as target, shape (1). */
  public Samples targets(int[] targets) {
    return targets(Block.of("targets", targets));
  }

  /** Returns these samples with a class index for each time step as target, shape (steps). */
  public Samples targets(int[][] targets) {
    return targets(Block.of("targets", targets));
  }

  /** Returns these samples with the rows of an EJML matrix as targets, shape (columns). */
  public Samples targets(DMatrix targets) {
    return targets(Block.of("targets", targets));
  }

  /** Returns these samples with the rows of an EJML matrix as targets, shape (columns). */
  public Samples targets(FMatrix targets) {
    return targets(Block.of("targets", targets));
  }

  /** Returns these samples with the rows of an EJML matrix as targets, shape (columns). */
  public Samples targets(SimpleMatrix targets) {
    return targets(Block.of("targets", targets));
  }

  /**
   * Returns these samples with the rows of a table as targets, shape (columns).
   *
   * @param columns the names of numeric columns; all columns of the table if none is given
   */
  public Samples targets(Table targets, String... columns) {
    return targets(Block.of("targets", targets, columns));
  }

  private Samples targets(Block newTargets) {
    requireOneEach("target", newTargets);
    return withTargets(newTargets, Parts.NONE);
  }

  private Samples withTargets(Block first, Parts more) {
    if (!moreWeights.isEmpty()) {
      throw new IllegalArgumentException(
          "Weights for each output belong to the targets, which cannot be changed after them. Call"
              + " targets(…) before weights(…).");
    }
    return new Samples(inputs, first, weights, batching, moreInputs, more, List.of());
  }

  /**
   * Returns these samples with one weight each, Keras's {@code sample_weight}. In training and
   * evaluation, the loss of a sample is multiplied by its weight. The loss of a batch is the sum of
   * the weighted losses divided by the number of samples, not by the sum of the weights.
   */
  public Samples weights(double[] weights) {
    return weights(Block.of("weights", weights));
  }

  /**
   * Returns these samples with a weight for each time step, for models that return sequences. A
   * masked time step has no weight and is not counted.
   */
  public Samples weights(double[][] weights) {
    return weights(Block.of("weights", weights));
  }

  /**
   * Returns these samples with weights for each output of a model, in their order. By default, all
   * outputs have the same weights.
   *
   * <pre>{@code
   * Samples weighted =
   *     Samples.of(new double[3][4])
   *         .targets(List.of(new double[3], new double[3]))
   *         .weights(List.of(new double[] {1, 1, 0.5}, new double[] {1, 0, 1}));
   * }</pre>
   *
   * @param weights for each output one weight per sample, or one per time step
   * @throws IllegalArgumentException if there is not one set of weights for each of the targets,
   *     which must be given before, or the targets have names
   */
  public Samples weights(List<?> weights) {
    return weights(weights, List.of());
  }

  /**
   * Returns these samples with weights for each output of a model, by the names of the outputs.
   *
   * @throws IllegalArgumentException if the names are not those of the targets, which must be given
   *     before
   */
  public Samples weights(Map<String, ?> weights) {
    return weights(weights.values(), List.copyOf(weights.keySet()));
  }

  private Samples weights(Collection<?> values, List<String> names) {
    List<Block> all = Parts.read("weights", values);
    all.forEach(block -> requireOneEach("weight", block));
    List<String> expected = moreTargets.names();
    if (targets == null
        || all.size() != moreTargets.blocks().size() + 1
        || !Set.copyOf(names).equals(Set.copyOf(expected))) {
      throw new IllegalArgumentException(
          "Weights must be given for each of the targets, both in the order of the outputs or both"
              + " by name, but there are "
              + (targets == null ? 0 : moreTargets.blocks().size() + 1)
              + " targets "
              + expected
              + " and "
              + all.size()
              + " weights "
              + names
              + ".");
    }
    List<Block> ordered =
        expected.isEmpty()
            ? all
            : expected.stream().map(name -> all.get(names.indexOf(name))).toList();
    return withWeights(ordered.get(0), List.copyOf(ordered.subList(1, ordered.size())));
  }

  private Samples weights(Block newWeights) {
    requireOneEach("weight", newWeights);
    return withWeights(newWeights, List.of());
  }

  private Samples withWeights(Block first, List<Block> more) {
    return new Samples(inputs, targets, first, batching, moreInputs, moreTargets, more);
  }

  private void requireOneEach(String what, Block given) {
    if (given.count() != inputs.count()) {
      throw new IllegalArgumentException(
          "Every sample must have one "
              + what
              + ", but there are "
              + inputs.count()
              + " inputs of shape "
              + inputs.shape()
              + " and "
              + given.count()
              + " "
              + what
              + "s of shape "
              + given.shape()
              + ".");
    }
  }

  @Override
  public Samples batchSize(int size) {
    return with(batching.withSize(size));
  }

  @Override
  public Samples shuffled(long seed) {
    return with(batching.withSeed(seed));
  }

  private Samples with(Batching newBatching) {
    return new Samples(inputs, targets, weights, newBatching, moreInputs, moreTargets, moreWeights);
  }

  @Override
  public int size() {
    return inputs.count();
  }

  @Override
  public Shape inputShape() {
    return inputs.shape();
  }

  @Override
  public Shape targetShape() {
    return targets == null ? null : targets.shape();
  }

  @Override
  public Shape weightShape() {
    return weights == null ? null : weights.shape();
  }

  @Override
  public int batchSize() {
    return batching.size();
  }

  @Override
  public int[] order(int epoch) {
    return batching.order(size(), epoch);
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    Shape shape = inputs.shape();
    int size = shape.size();
    int steps = shape.rank() > 1 ? shape.axis(0) : 1;
    int width = size / steps;
    for (int step = 0; step < steps; step++) {
      int from = sample * size + step * width;
      System.arraycopy(inputs.values(), from, slice, (step * rows + row) * width, width);
    }
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    if (targets == null) {
      throw new UnsupportedOperationException(
          "These samples have no targets. Set them with targets(…).");
    }
    int size = targets.shape().size();
    System.arraycopy(targets.values(), sample * size, target, offset, size);
  }

  @Override
  public void copyWeights(int sample, float[] copy, int offset) {
    if (weights == null) {
      throw new UnsupportedOperationException(
          "These samples have no weights. Set them with weights(…).");
    }
    int size = weights.shape().size();
    System.arraycopy(weights.values(), sample * size, copy, offset, size);
  }

  @Override
  public String toString() {
    return size()
        + " samples of shape "
        + inputShape()
        + (targets == null ? ", no targets" : ", targets of shape " + targetShape())
        + (weights == null ? "" : ", weights of shape " + weightShape())
        + ", in "
        + batches()
        + (batches() == 1 ? " batch of " : " batches of ")
        + batchSize();
  }
}
