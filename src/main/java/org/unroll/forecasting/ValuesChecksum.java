package org.unroll.forecasting;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** A checksum of values of columns. */
final class ValuesChecksum {
  private final CRC32 checksum = new CRC32();
  private final ByteBuffer bytes = ByteBuffer.allocate(Double.BYTES);

  void update(String column, double... values) {
    checksum.update(column.getBytes(StandardCharsets.UTF_8));
    for (double value : values) {
      checksum.update(bytes.putDouble(0, value).array());
    }
  }

  @Override
  public String toString() {
    return "%08x".formatted(checksum.getValue());
  }
}
