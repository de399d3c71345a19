package org.unroll.data;

import java.io.Serializable;

/**
 * Sequences of different lengths in memory, with or without targets. A model receives them padded
 * to one length: that of the longest sequence or, with {@link #perBatch}, that of the longest
 * sequence in each batch.
 *
 * <pre>{@code
 * int[][] reviews = {{5, 2}, {7, 1, 4, 3}, {9}};
 * Sequences labelled = Sequences.of(reviews).targets(new double[] {1, 0, 1}).perBatch();
 * var classifier =
 *     Sequential.of(input(Shape.ANY), embedding(10, 4).maskZero(true), lstm(8), dense(1, "sigmoid"));
 * }</pre>
 *
 * <p>The model creates the mask: {@code maskZero(true)} on an {@code Embedding} for tokens, {@code
 * masking(value)} for features. The layers after it skip the padding. Without such a layer, padding
 * is processed like any other time step. An empty sequence consists of padding only.
 *
 * <p>Defaults: batches of 32 sequences, in the given order, padded at the beginning with 0 ({@link
 * SequencePadding#pre()}). Immutable.
 */
public final class Sequences implements Dataset, Serializable {
  private static final long serialVersionUID = 1;

  private final Ragged inputs;
  private final Block targets; // one per sequence, or null
  private final Ragged stepTargets; // one per time step, or null
  private final SequencePadding padding;
  private final boolean perBatch;
  private final int length; // time steps of every sample; Shape.ANY if it depends on the batch
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

  /**
   * Creates samples of shape (steps) from lists of token ids, the input of an {@code Embedding}.
   */
  public static Sequences of(int[][] sequences) {
    return of(Ragged.of("inputs", sequences));
  }

  /** Creates samples of shape (steps, features) from sequences of feature vectors. */
  public static Sequences of(double[][][] sequences) {
    return of(Ragged.of("inputs", sequences));
  }

  /** Returns these sequences with one number each as target, shape (1). */
  public Sequences targets(double[] newTargets) {
    return targets(Block.of("targets", newTargets));
  }

  /** Returns these sequences with a class index each as target, shape (1). */
  public Sequences targets(int[] newTargets) {
    return targets(Block.of("targets", newTargets));
  }

  /** Returns these sequences with a vector each as target, shape (values). */
  public Sequences targets(double[][] newTargets) {
    return targets(Block.of("targets", newTargets));
  }

  /** Returns these sequences with a class index for each time step, shape (steps). */
  public Sequences targets(int[][] newTargets) {
    return targets(Ragged.of("targets", newTargets));
  }

  /** Returns these sequences with a vector for each time step, shape (steps, values). */
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
            "Every time step must have one target, but sample "
                + i
                + " has "
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
          "Every sequence must have targets, but there are "
              + inputs.count()
              + " sequences and targets for "
              + count
              + ".");
    }
  }

  /**
   * Sets how sequences are padded and truncated. Targets of time steps are padded with 0 at the
   * same positions.
   */
  public Sequences padding(SequencePadding newPadding) {
    return with(newPadding, perBatch);
  }

  /**
   * Pads each batch to the length of its longest sequence, which saves the time steps that would be
   * padding in all of its rows. A prediction is one batch. {@link SequencePadding#maxlen} is then
   * the length to which longer sequences are truncated.
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
    int longest = 1; // a batch of empty sequences keeps one time step of padding
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
          "These sequences have no targets. Set them with targets(…).");
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
