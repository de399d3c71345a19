package org.unroll.internal;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Arrays of floats in binary files, bit by bit, the most significant byte first. */
public final class FloatArrays {
  private FloatArrays() {}

  /** Writes the values without their count, which the reader must know. */
  public static void write(DataOutput out, float[] values) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES));
    bytes.asFloatBuffer().put(values);
    out.write(bytes.array());
  }

  /** Overwrites the values with what {@link #write} wrote. */
  public static void read(DataInput in, float[] values) throws IOException {
    byte[] bytes = new byte[Math.multiplyExact(values.length, Float.BYTES)];
    in.readFully(bytes);
    ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
  }
}
