package org.unroll.data;

import org.ejml.data.DMatrix;
import org.ejml.data.FMatrix;
import org.ejml.simple.SimpleMatrix;
import tech.tablesaw.api.Table;

/**
 * Samples in memory, made from Java arrays, EJML matrices or the columns of a Tablesaw table, each
 * sample with its target or all without.
 *
 * <pre>{@code
 * Samples train = Samples.of(new double[][] {{0, 1}, {1, 1}}).targets(new double[] {1, 0}).batchSize(2);
 * }</pre>
 *
 * <p>The first axis of what is given counts the samples. Values are copied once, into 32-bit
 * floats; later changes of the arrays do not show. Every value must be finite (and within the range
 * of a float), every sample as long as the first; otherwise an {@link IllegalArgumentException}
 * says where. Without further settings the batches have 32 samples, the default of Keras's {@code
 * fit}, in the order given.
 *
 * <p>Immutable: {@code targets}, {@code weights}, {@code batchSize} and {@code shuffled} return a
 * new object that shares the values.
 */
public final class Samples implements Dataset {
  private final Block inputs;
  private final Block targets;
  private final Block weights;
  private final Batching batching;

  private Samples(Block inputs, Block targets, Block weights, Batching batching) {
    this.inputs = inputs;
    this.targets = targets;
    this.weights = weights;
    this.batching = batching;
  }

  private static Samples of(Block inputs) {
    return new Samples(inputs, null, null, Batching.DEFAULT);
  }

  /** Samples of shape (features). */
  public static Samples of(double[][] inputs) {
    return of(Block.of("inputs", inputs));
  }

  /** Sequences: samples of shape (steps, features). */
  public static Samples of(double[][][] inputs) {
    return of(Block.of("inputs", inputs));
  }

  /**
   * Lists of token ids for an Embedding: samples of shape (steps). The ids are kept as floats,
   * which is exact up to 16,777,216; a greater one is an error.
   */
  public static Samples of(int[][] inputs) {
    return of(Block.of("inputs", inputs));
  }

  /** The rows of an EJML matrix, for example a {@code DMatrixRMaj}: samples of shape (columns). */
  public static Samples of(DMatrix inputs) {
    return of(Block.of("inputs", inputs));
  }

  /** The rows of an EJML matrix, for example an {@code FMatrixRMaj}: samples of shape (columns). */
  public static Samples of(FMatrix inputs) {
    return of(Block.of("inputs", inputs));
  }

  /** The rows of an EJML matrix: samples of shape (columns). */
  public static Samples of(SimpleMatrix inputs) {
    return of(Block.of("inputs", inputs));
  }

  /**
   * The rows of a table: samples of shape (columns).
   *
   * @param columns the names of numeric columns; none for all columns of the table
   * @throws IllegalArgumentException if a column is missing or not numeric, or a cell is missing
   */
  public static Samples of(Table inputs, String... columns) {
    return of(Block.of("inputs", inputs, columns));
  }

  /** These samples with one number each as target, shape (1). */
  public Samples targets(double[] targets) {
    return targets(Block.of("targets", targets));
  }

  /** These samples with a list of numbers each as target, shape (values). */
  public Samples targets(double[][] targets) {
    return targets(Block.of("targets", targets));
  }

  /** These samples with a sequence each as target, shape (steps, values). */
  public Samples targets(double[][][] targets) {
    return targets(Block.of("targets", targets));
  }

  /** These samples with a class number each as target, shape (1). */
  public Samples targets(int[] targets) {
    return targets(Block.of("targets", targets));
  }

  /** These samples with a list of class numbers each as target, one a time step, shape (steps). */
  public Samples targets(int[][] targets) {
    return targets(Block.of("targets", targets));
  }

  /** These samples with the rows of an EJML matrix as targets, shape (columns). */
  public Samples targets(DMatrix targets) {
    return targets(Block.of("targets", targets));
  }

  /** These samples with the rows of an EJML matrix as targets, shape (columns). */
  public Samples targets(FMatrix targets) {
    return targets(Block.of("targets", targets));
  }

  /** These samples with the rows of an EJML matrix as targets, shape (columns). */
  public Samples targets(SimpleMatrix targets) {
    return targets(Block.of("targets", targets));
  }

  /**
   * These samples with the rows of a table as targets, shape (columns).
   *
   * @param columns the names of numeric columns; none for all columns of the table
   */
  public Samples targets(Table targets, String... columns) {
    return targets(Block.of("targets", targets, columns));
  }

  private Samples targets(Block newTargets) {
    requireOneEach("target", newTargets);
    return new Samples(inputs, newTargets, weights, batching);
  }

  /**
   * These samples with a weight each; Keras's {@code sample_weight}. In training and evaluation the
   * loss of a sample is multiplied by its weight; the loss of a batch is the sum of that divided by
   * the number of samples (not by the sum of their weights).
   */
  public Samples weights(double[] weights) {
    return weights(Block.of("weights", weights));
  }

  /**
   * These samples with a weight for each of their time steps, for models that return sequences. A
   * step that is masked weighs nothing and is not counted.
   */
  public Samples weights(double[][] weights) {
    return weights(Block.of("weights", weights));
  }

  private Samples weights(Block newWeights) {
    requireOneEach("weight", newWeights);
    return new Samples(inputs, targets, newWeights, batching);
  }

  private void requireOneEach(String what, Block given) {
    if (given.count() != inputs.count()) {
      throw new IllegalArgumentException(
          "Every sample needs one "
              + what
              + ". Received: "
              + inputs.count()
              + " inputs of shape "
              + inputs.shape()
              + " and "
              + given.count()
              + " "
              + what
              + "s of shape "
              + given.shape());
    }
  }

  @Override
  public Samples batchSize(int size) {
    return new Samples(inputs, targets, weights, batching.withSize(size));
  }

  @Override
  public Samples shuffled(long seed) {
    return new Samples(inputs, targets, weights, batching.withSeed(seed));
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
          "These samples have no targets. Give them with targets(…).");
    }
    int size = targets.shape().size();
    System.arraycopy(targets.values(), sample * size, target, offset, size);
  }

  @Override
  public void copyWeights(int sample, float[] copy, int offset) {
    if (weights == null) {
      throw new UnsupportedOperationException(
          "These samples have no weights. Give them with weights(…).");
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
