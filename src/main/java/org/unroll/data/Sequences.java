package org.unroll.data;

/**
 * Sequences of different lengths in memory, each with its target or all without. What a model gets
 * is padded to one length, that of the longest of all or, with {@link #perBatch}, of each batch.
 *
 * <pre>{@code
 * int[][] reviews = {{5, 2}, {7, 1, 4, 3}, {9}};
 * Sequences labelled = Sequences.of(reviews).targets(new double[] {1, 0, 1}).perBatch();
 * var classifier =
 *     Sequential.of(input(Shape.ANY), embedding(10, 4).maskZero(true), lstm(8), dense(1, "sigmoid"));
 * }</pre>
 *
 * <p>The mask is made by the model: {@code maskZero(true)} on an {@code Embedding} for tokens,
 * {@code masking(value)} for features. Where it is, the layers behind skip what is filled in; with
 * no such layer they read it like any other step. An empty sequence is padding throughout.
 *
 * <p>Without further settings the batches have 32 samples, in the order given, filled up at the
 * beginning with 0 ({@link SequencePadding#pre()}). Immutable.
 */
public final class Sequences implements Dataset {
  private final Ragged inputs;
  private final Block targets; // one for each sequence, or null
  private final Ragged stepTargets; // one for each time step, or null
  private final SequencePadding padding;
  private final boolean perBatch;
  private final int length; // time steps of every sample, Shape.ANY while that is a batch's matter
  private final Batching batching;

  private Sequences(
      Ragged inputs,
      Block targets,
      Ragged stepTargets,
      SequencePadding padding,
      boolean perBatch,
      int length,
      Batching batching) {
    this.inputs = inputs;
    this.targets = targets;
    this.stepTargets = stepTargets;
    this.padding = padding;
    this.perBatch = perBatch;
    this.length = length;
    this.batching = batching;
  }

  private static Sequences of(Ragged inputs) {
    SequencePadding padding = SequencePadding.pre();
    int length = padding.length(inputs.longest());
    return new Sequences(inputs, null, null, padding, false, length, Batching.DEFAULT);
  }

  /** Lists of token ids for an Embedding: samples of shape (steps). */
  public static Sequences of(int[][] sequences) {
    return of(Ragged.of("inputs", sequences));
  }

  /** Sequences of feature vectors: samples of shape (steps, features). */
  public static Sequences of(double[][][] sequences) {
    return of(Ragged.of("inputs", sequences));
  }

  /** These sequences with one number each as target, shape (1). */
  public Sequences targets(double[] newTargets) {
    return targets(Block.of("targets", newTargets));
  }

  /** These sequences with a class number each as target, shape (1). */
  public Sequences targets(int[] newTargets) {
    return targets(Block.of("targets", newTargets));
  }

  /** These sequences with a list of numbers each as target, shape (values). */
  public Sequences targets(double[][] newTargets) {
    return targets(Block.of("targets", newTargets));
  }

  /** These sequences with a class number for each of their time steps, shape (steps). */
  public Sequences targets(int[][] newTargets) {
    return targets(Ragged.of("targets", newTargets));
  }

  /** These sequences with a list of numbers for each of their time steps, shape (steps, values). */
  public Sequences targets(double[][][] newTargets) {
    return targets(Ragged.of("targets", newTargets));
  }

  private Sequences targets(Block newTargets) {
    requireCount(newTargets.count());
    return new Sequences(inputs, newTargets, null, padding, perBatch, length, batching);
  }

  private Sequences targets(Ragged newTargets) {
    requireCount(newTargets.count());
    for (int i = 0; i < inputs.count(); i++) {
      if (inputs.steps(i) != newTargets.steps(i)) {
        throw new IllegalArgumentException(
            "Every time step needs one target. Received: sample "
                + i
                + " with "
                + inputs.steps(i)
                + " time steps and "
                + newTargets.steps(i)
                + " targets.");
      }
    }
    return new Sequences(inputs, null, newTargets, padding, perBatch, length, batching);
  }

  private void requireCount(int count) {
    if (count != inputs.count()) {
      throw new IllegalArgumentException(
          "Every sequence needs its targets. Received: "
              + inputs.count()
              + " sequences and targets for "
              + count
              + ".");
    }
  }

  /**
   * How sequences get one length; targets of time steps are filled up with 0 at the same places.
   */
  public Sequences padding(SequencePadding newPadding) {
    return with(newPadding, perBatch);
  }

  /**
   * Each batch is as long as the longest sequence in it, which saves the steps that would be
   * padding in all of its rows; a prediction is one batch. {@link SequencePadding#maxlen} is then
   * the length at which long sequences are cut.
   */
  public Sequences perBatch() {
    return with(padding, true);
  }

  private Sequences with(SequencePadding newPadding, boolean newPerBatch) {
    int newLength = newPerBatch ? Shape.ANY : newPadding.length(inputs.longest());
    return new Sequences(
        inputs, targets, stepTargets, newPadding, newPerBatch, newLength, batching);
  }

  @Override
  public Sequences batchSize(int size) {
    return with(batching.withSize(size));
  }

  @Override
  public Sequences shuffled(long seed) {
    return with(batching.withSeed(seed));
  }

  private Sequences with(Batching newBatching) {
    return new Sequences(inputs, targets, stepTargets, padding, perBatch, length, newBatching);
  }

  @Override
  public Dataset forBatch(int[] order, int first, int rows) {
    if (!perBatch) {
      return this;
    }
    int longest = 1; // of a batch of empty sequences one step of padding is left
    for (int i = first; i < first + rows; i++) {
      longest = Math.max(longest, inputs.steps(order == null ? i : order[i]));
    }
    return new Sequences(
        inputs,
        targets,
        stepTargets,
        padding,
        false,
        Math.min(longest, padding.length(longest)),
        batching);
  }

  @Override
  public int size() {
    return inputs.count();
  }

  @Override
  public Shape inputShape() {
    return inputs.shape(length);
  }

  @Override
  public Shape targetShape() {
    if (stepTargets != null) {
      return stepTargets.shape(length);
    }
    return targets == null ? null : targets.shape();
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
    float value = (float) padding.value();
    if (inputs.scalar()) {
      inputs.copy(sample, padding, length, value, slice, row * length, 1);
    } else {
      inputs.copy(sample, padding, length, value, slice, row * inputs.width(), rows);
    }
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    if (stepTargets != null) {
      stepTargets.copy(sample, padding, length, 0f, target, offset, 1);
    } else if (targets != null) {
      int size = targets.shape().size();
      System.arraycopy(targets.values(), sample * size, target, offset, size);
    } else {
      throw new UnsupportedOperationException(
          "These sequences have no targets. Give them with targets(…).");
    }
  }

  @Override
  public String toString() {
    return size()
        + " sequences of up to "
        + inputs.longest()
        + " steps, padded "
        + (perBatch ? "per batch" : "to " + length)
        + (targetShape() == null ? ", no targets" : ", targets of shape " + targetShape())
        + ", in batches of "
        + batchSize();
  }
}
