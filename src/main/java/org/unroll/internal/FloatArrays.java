package org.unroll.internal;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes arrays of floats to binary files and reads them, with the most significant byte first.
 *
 * @hidden
 */
public final class FloatArrays {
  private FloatArrays() {}

  /** Writes the values without their number, which the reader must know. */
  public static void write(DataOutput out, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES));
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }

  /** Reads the values that {@link #write} wrote, as many as the array has room for. */
  public static void read(DataInput in, float[] values) throws IOException {
    byte[] bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
    in.readFully(bytes);
    ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
  }
}
