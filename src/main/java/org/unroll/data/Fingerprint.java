package org.unroll.data;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * Computes a one-line description that identifies a dataset across JVMs. Checkpoints and tuning
 * runs store it to check that they are resumed with the same data.
 *
 * @hidden
 */
public final class Fingerprint {
  /** The number of samples whose values enter the checksum. */
  private static final int SAMPLES = 16;

  private Fingerprint() {}

  /**
   * Returns the sizes and shapes of a dataset, with checksums of the order of its samples and of
   * the values of 16 of them.
   */
  public static String of(Dataset dataset) {
    var order = new CRC32();
    int[] first = dataset.order(0);
    if (first != null) {
      ByteBuffer bytes = ByteBuffer.allocate(first.length * Integer.BYTES);
      bytes.asIntBuffer().put(first);
      order.update(bytes.array());
    }
    var values = new CRC32();
    Dataset whole = dataset.forBatch(null, 0, dataset.size()); // pads all sequences to one length
    float[] input = new float[whole.inputShape().size()];
    float[] target = new float[whole.targetShape() == null ? 0 : whole.targetShape().size()];
    float[] weight = dataset.weightShape() == null ? null : new float[dataset.weightShape().size()];
    int count = Math.min(SAMPLES, dataset.size());
    for (int i = 0; i < count; i++) {
      int sample = (int) ((long) i * (dataset.size() - 1) / Math.max(1, count - 1));
      whole.copyInput(sample, input, 0, 1);
      update(values, input);
      if (whole.targetShape() != null) {
        whole.copyTarget(sample, target, 0);
        update(values, target);
      }
      if (weight != null) {
        whole.copyWeights(sample, weight, 0);
        update(values, weight);
      }
    }
    return String.format(
        Locale.ROOT,
        "%d samples of shape %s with targets %s in batches of %d, order %08x, values %08x",
        dataset.size(),
        dataset.inputShape(),
        dataset.targetShape(),
        dataset.batchSize(),
        order.getValue(),
        values.getValue());
  }

  private static void update(CRC32 crc, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    crc.update(bytes.array());
  }
}
