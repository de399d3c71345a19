package org.unroll.callbacks;

/**
 * When a callback saves: after every epoch, or each time a number of batches was trained, epochs
 * not minded; Keras's {@code save_freq}.
 */
public final class SaveFrequency {
  private Integer batches; // null: after every epoch
  private int seen;

  public Integer batches() {
    return batches;
  }

  public void batches(int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          "saveFreq is at least 1 batch; without it, saving is after every epoch. Received: "
              + count);
    }
    batches = count;
  }

  /** Forgets the batches that were counted. */
  public void begin() {
    seen(0);
  }

  /** The number of batches since the last saving. */
  public int seen() {
    return seen;
  }

  public void seen(int count) {
    seen = count;
  }

  /** Counts a batch. */
  public boolean isDueAfterBatch() {
    if (batches == null) {
      return false;
    }
    seen++;
    if (seen < batches) {
      return false;
    }
    seen = 0;
    return true;
  }

  public boolean isDueAfterEpoch() {
    return batches == null;
  }
}
