package org.unroll.keras.hdf5;

import io.jhdf.ObjectHeader;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.message.DataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.CompactDataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ContiguousDataLayoutMessage;
import io.jhdf.object.message.DataSpaceMessage;
import io.jhdf.object.message.DataTypeMessage;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;

/**
 * An array of numbers in an HDF5 file. Numbers of any size are converted to float32, as Keras does.
 */
public final class Hdf5Array {
  private final String path;
  private final DataType type;
  private final long[] dimensions;
  private final ByteBuffer data;
  private final MeteredStorage storage;

  /** Reads the description of an array, and its data if they are stored in chunks. */
  Hdf5Array(String path, long address, MeteredStorage storage) throws IOException {
    this.path = path;
    this.storage = storage;
    ObjectHeader header = ObjectHeader.readObjectHeader(storage, address);
    if (!header.hasMessageOfType(DataSpaceMessage.class)) {
      throw new IOException("'" + path + "' must be an array, but is a group");
    }
    type = header.getMessageOfType(DataTypeMessage.class).getDataType();
    var space = header.getMessageOfType(DataSpaceMessage.class).getDataSpace();
    dimensions = space.getDimensionsAsLong();
    long size = Math.multiplyExact(space.getTotalLength(), (long) type.getSize());
    DataLayoutMessage layout = header.getMessageOfType(DataLayoutMessage.class);
    if (layout instanceof ContiguousDataLayoutMessage contiguous) {
      data = storage.slice(path, contiguous.getAddress(), size);
    } else if (layout instanceof CompactDataLayoutMessage compact) {
      data = compact.getDataBuffer().slice();
      if (data.remaining() != size) {
        throw new IOException(
            "'" + path + "' must have " + size + " bytes, but has " + data.remaining());
      }
    } else {
      data = new Hdf5Chunks(path, header, storage).read(dimensions, size);
    }
  }

  /** Returns the names of the groups and of the array, separated by {@code /}. */
  public String path() {
    return path;
  }

  /** Returns the shape; an empty array for a single number. */
  public long[] dimensions() {
    return dimensions.clone();
  }

  /** Returns the values in row-major order. */
  public float[] floats() throws IOException {
    Object values = values();
    if (values instanceof float[] floats) {
      return floats;
    }
    float[] floats = new float[Array.getLength(values)];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = ((Number) Array.get(values, i)).floatValue();
    }
    return floats;
  }

  /** Returns the value of an array of one integer. */
  public long whole() throws IOException {
    if (type instanceof FixedPoint && data.remaining() == type.getSize()) {
      return ((Number) Array.get(values(), 0)).longValue();
    }
    throw new IOException("'" + path + "' must be an integer");
  }

  private Object values() throws IOException {
    if (!(type instanceof FixedPoint || (type instanceof FloatingPoint number && isIeee(number)))) {
      throw new IOException("'" + path + "' must consist of float16, float32, float64 or integers");
    }
    int[] length = {data.remaining() / type.getSize()};
    return type.fillData(data.duplicate(), length, storage);
  }

  /** Returns whether a number has the layout of a standard, unlike that of bfloat16. */
  private static boolean isIeee(FloatingPoint number) {
    return switch (number.getSize()) {
      case 2 -> number.getExponentSize() == 5;
      case 4 -> number.getExponentSize() == 8;
      case 8 -> number.getExponentSize() == 11;
      default -> false;
    };
  }
}
