package org.unroll.data;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
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
    List<Dataset> inputs = padded(dataset.inputParts());
    List<Dataset> targets = padded(dataset.targetParts());
    int count = Math.min(SAMPLES, dataset.size());
    for (int i = 0; i < count; i++) {
      int sample = (int) ((long) i * (dataset.size() - 1) / Math.max(1, count - 1));
      for (Dataset part : inputs) {
        float[] input = new float[part.inputShape().size()];
        part.copyInput(sample, input, 0, 1);
        update(values, input);
      }
      for (Dataset part : targets) {
        float[] target = new float[part.targetShape() == null ? 0 : part.targetShape().size()];
        if (target.length > 0) {
          part.copyTarget(sample, target, 0);
          update(values, target);
        }
        if (part.weightShape() != null) {
          float[] weight = new float[part.weightShape().size()];
          part.copyWeights(sample, weight, 0);
          update(values, weight);
        }
      }
    }
    return String.format(
        Locale.ROOT,
        "%d samples of shape %s with targets %s in batches of %d, order %08x, values %08x",
        dataset.size(),
        shapes(dataset.inputParts(), Dataset::inputShape),
        shapes(dataset.targetParts(), Dataset::targetShape),
        dataset.batchSize(),
        order.getValue(),
        values.getValue());
  }

  /** Returns the parts with all sequences padded to one length. */
  private static List<Dataset> padded(List<Dataset> parts) {
    return parts.stream().map(part -> part.forBatch(null, 0, part.size())).toList();
  }

  private static String shapes(List<Dataset> parts, Function<Dataset, Shape> shape) {
    return parts.stream().map(shape).map(String::valueOf).collect(Collectors.joining(" and "));
  }

  private static void update(CRC32 crc, float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    crc.update(bytes.array());
  }
}
