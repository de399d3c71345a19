package org.unroll.data;

import java.util.List;

/** A view of consecutive samples of another dataset, with its own batch size and order. */
final class Subset extends DatasetView {
  private static final long serialVersionUID = 1;

  private final int from;
  private final int to;
  private final Batching batching;
  private final boolean hasOneLength;

  private Subset(Dataset base, int from, int to, Batching batching) {
    super(base);
    this.from = from;
    this.to = to;
    this.batching = batching;
    hasOneLength = base.inputShape().isKnown();
  }

  static Subset of(Dataset base, int from, int to) {
    if (from < 0 || to > base.size() || from >= to) {
      throw new IllegalArgumentException(
          "The range of a subset must satisfy 0 <= from < to <= "
              + base.size()
              + ", the number of samples, but was from="
              + from
              + ", to="
              + to
              + ".");
    }
    return new Subset(base, from, to, new Batching(base.batchSize(), null));
  }

  @Override
  public int size() {
    return to - from;
  }

  @Override
  protected List<Dataset> views(List<Dataset> parts) {
    return parts.stream().<Dataset>map(part -> new Subset(part, from, to, batching)).toList();
  }

  @Override
  public int batchSize() {
    return batching.size();
  }

  @Override
  public int[] order(int epoch) {
    if (batching.seed() != null) {
      return batching.order(size(), epoch);
    }
    int[] whole = base().order(epoch);
    if (whole == null) {
      return null;
    }
    int[] order = new int[size()];
    int filled = 0;
    for (int sample : whole) {
      if (sample >= from && sample < to) {
        order[filled++] = sample - from;
      }
    }
    return order;
  }

  @Override
  public Dataset forBatch(int[] order, int first, int rows) {
    if (hasOneLength) {
      return this;
    }
    int[] samples = new int[rows];
    for (int i = 0; i < rows; i++) {
      samples[i] = from + (order == null ? first + i : order[first + i]);
    }
    return new Subset(base().forBatch(samples, 0, rows), from, to, batching);
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    base().copyInput(from + sample, slice, row, rows);
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    base().copyTarget(from + sample, target, offset);
  }

  @Override
  public void copyWeights(int sample, float[] weights, int offset) {
    base().copyWeights(from + sample, weights, offset);
  }

  @Override
  public int trainingSize(int validation) {
    return Math.max(0, base().trainingSize(from + validation) - from);
  }

  @Override
  public Subset batchSize(int size) {
    return new Subset(base(), from, to, batching.withSize(size));
  }

  @Override
  public Subset shuffled(long seed) {
    return new Subset(base(), from, to, batching.withSeed(seed));
  }
}
