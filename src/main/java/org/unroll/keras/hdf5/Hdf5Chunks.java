package org.unroll.keras.hdf5;

import io.jhdf.ObjectHeader;
import io.jhdf.api.dataset.ChunkedDataset;
import io.jhdf.dataset.DatasetLoader;
import io.jhdf.dataset.NoParent;
import io.jhdf.filter.ByteShuffleFilter;
import io.jhdf.filter.DeflatePipelineFilter;
import io.jhdf.filter.FletcherChecksumFilter;
import io.jhdf.object.message.DataLayoutMessage.ChunkedDataLayoutMessageV4;
import io.jhdf.object.message.FilterPipelineMessage;
import io.jhdf.object.message.FilterPipelineMessage.FilterInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads an array that is stored in chunks of equal size, which may be compressed with gzip. jhdf
 * finds the chunks. It does not unpack them, because it would not limit their size.
 */
final class Hdf5Chunks {
  /** The last type of index of arrays with a fixed size: single chunk, implicit, fixed array. */
  private static final int FIXED_ARRAY = 3;

  /** The filter that appends a checksum. */
  private static final int FLETCHER = 3;

  private final String path;
  private final MeteredStorage storage;
  private final ChunkedDataset dataset;
  private final int[] chunk;
  private final int elementSize;
  private final List<FilterInfo> filters;

  Hdf5Chunks(String path, ObjectHeader header, MeteredStorage storage) throws IOException {
    this.path = path;
    this.storage = storage;
    for (var layout : header.getMessagesOfType(ChunkedDataLayoutMessageV4.class)) {
      if (layout.getIndexingType() > FIXED_ARRAY) {
        throw new IOException("'" + path + "' must have a fixed size, but can grow");
      }
      if (layout.getIndexingType() == FIXED_ARRAY) {
        storage.checkCount(layout.getAddress() + 8);
      }
    }
    dataset =
        (ChunkedDataset)
            DatasetLoader.createDataset(storage.ofData(), header, path, NoParent.INSTANCE);
    chunk = dataset.getChunkDimensions();
    elementSize = dataset.getDataType().getSize();
    filters =
        header.getMessagesOfType(FilterPipelineMessage.class).stream()
            .flatMap(message -> message.getFilters().stream())
            .toList();
  }

  /** Returns the bytes of the array in row-major order. */
  ByteBuffer read(long[] dimensions, long size) throws IOException {
    storage.unpack(path, size);
    long chunkSize = elementSize;
    long chunks = 1;
    for (int i = 0; i < dimensions.length; i++) {
      if (chunk[i] < 1) {
        throw new IOException("the chunks of '" + path + "' must not be empty");
      }
      chunkSize = Math.multiplyExact(chunkSize, (long) chunk[i]);
      chunks = Math.multiplyExact(chunks, (dimensions[i] + chunk[i] - 1) / chunk[i]);
    }
    storage.unpack(path, chunkSize);
    if (chunks > storage.size()) {
      throw new IOException("'" + path + "' has more chunks than the file has bytes");
    }
    int[] shape = Arrays.stream(dimensions).mapToInt(Math::toIntExact).toArray();
    byte[] all = new byte[Math.toIntExact(size)];
    int[] offset = new int[shape.length];
    for (long i = 0; i < chunks; i++) {
      copy(unpack(dataset.getRawChunkBuffer(offset), (int) chunkSize), offset, shape, all);
      for (int axis = shape.length - 1; axis >= 0; axis--) { // the next chunk
        offset[axis] += chunk[axis];
        if (offset[axis] < shape[axis]) {
          break;
        }
        offset[axis] = 0;
      }
    }
    return ByteBuffer.wrap(all);
  }

  /** Reverses the filters, the last one first. */
  private byte[] unpack(ByteBuffer raw, int size) throws IOException {
    byte[] bytes = new byte[raw.remaining()];
    raw.get(bytes);
    for (int i = filters.size() - 1; i >= 0; i--) {
      FilterInfo filter = filters.get(i);
      bytes =
          switch (filter.getId()) {
            case DeflatePipelineFilter.ID -> inflate(bytes, size);
            case ByteShuffleFilter.ID -> new ByteShuffleFilter().decode(bytes, filter.getData());
            case FLETCHER -> new FletcherChecksumFilter().decode(bytes, filter.getData());
            default ->
                throw new IOException(
                    "'"
                        + path
                        + "' must be compressed with gzip or not at all, but has the filter '"
                        + filter.getName()
                        + "' ("
                        + filter.getId()
                        + ")");
          };
    }
    if (bytes.length != size) {
      throw new IOException(
          "a chunk of '" + path + "' must have " + size + " bytes, but has " + bytes.length);
    }
    return bytes;
  }

  private byte[] inflate(byte[] packed, int limit) throws IOException {
    int checksum = 4;
    byte[] unpacked = new byte[limit + checksum];
    var inflater = new Inflater();
    try {
      inflater.setInput(packed);
      int length = 0;
      while (length < unpacked.length) {
        int count = inflater.inflate(unpacked, length, unpacked.length - length);
        if (count == 0) {
          break;
        }
        length += count;
      }
      return Arrays.copyOf(unpacked, length);
    } catch (DataFormatException e) {
      throw new IOException("a chunk of '" + path + "' must be compressed with gzip", e);
    } finally {
      inflater.end();
    }
  }

  /** Copies the part of a chunk that is inside the array, row by row. */
  private void copy(byte[] from, int[] offset, int[] shape, byte[] to) {
    int last = shape.length - 1;
    int length = Math.min(chunk[last], shape[last] - offset[last]) * elementSize;
    int rows = from.length / elementSize / chunk[last];
    for (int row = 0; row < rows; row++) {
      int rest = row;
      int stride = shape[last];
      int target = offset[last];
      boolean isInside = true;
      for (int axis = last - 1; axis >= 0; axis--) {
        int index = offset[axis] + rest % chunk[axis];
        isInside &= index < shape[axis];
        target += index * stride;
        rest /= chunk[axis];
        stride *= shape[axis];
      }
      if (isInside) {
        System.arraycopy(from, row * chunk[last] * elementSize, to, target * elementSize, length);
      }
    }
  }
}
