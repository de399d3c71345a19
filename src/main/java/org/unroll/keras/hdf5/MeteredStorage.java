package org.unroll.keras.hdf5;

import io.jhdf.Superblock;
import io.jhdf.exceptions.HdfException;
import io.jhdf.storage.HdfBackingStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * Gives jhdf access to the bytes of an HDF5 file and limits how many bytes it reads. The structure
 * of a valid file is read once or twice. A file whose nodes refer to each other would be read
 * endlessly. Compressed data are read through {@link #ofData}, and their unpacked size is limited,
 * too.
 */
final class MeteredStorage implements HdfBackingStorage {
  /** The cost of a read in addition to its length, so that the number of reads is limited too. */
  private static final int READ = 64;

  private static final long ALLOWANCE = 1 << 20;
  private static final long LARGEST_ALLOWANCE = 64 << 20;

  /** The unpacked size of all compressed arrays that is always permitted. */
  private static final long HARMLESS = 16 << 20;

  /** The maximum ratio of the unpacked size of all compressed arrays to the size of the file. */
  private static final long LARGEST_RATIO = 100;

  private final byte[] bytes;
  private final Superblock superblock;
  private long left;
  private long unpacked;
  private MeteredStorage data;

  /** Creates the storage of a file. */
  MeteredStorage(byte[] bytes, Superblock superblock) {
    this.bytes = bytes;
    this.superblock = superblock;
    left = Math.min(ALLOWANCE + 4L * bytes.length, LARGEST_ALLOWANCE);
  }

  /** Returns the storage through which chunks of arrays are read, with a separate allowance. */
  MeteredStorage ofData() {
    if (data == null) {
      data = new MeteredStorage(bytes, superblock);
      data.left = 2 * ALLOWANCE + 4L * bytes.length;
    }
    return data;
  }

  /** Throws an exception if arrays of this size cannot be the content of the file. */
  void unpack(String path, long size) throws IOException {
    unpacked = Math.addExact(unpacked, size);
    if (size < 0 || unpacked > HARMLESS + LARGEST_RATIO * bytes.length) {
      throw new IOException(
          "its arrays must unpack to at most "
              + LARGEST_RATIO
              + " times the "
              + bytes.length
              + " bytes of the file, but '"
              + path
              + "' exceeds this limit");
    }
  }

  /**
   * Checks the number of entries of an index, for which jhdf allocates memory.
   *
   * @param address the address of the number
   */
  void checkCount(long address) throws IOException {
    ByteBuffer number = map(address, getSizeOfLengths());
    long count = getSizeOfLengths() == Long.BYTES ? number.getLong() : number.getInt();
    if (count < 0 || count > bytes.length) {
      throw new IOException("an index must have at most " + bytes.length + " entries");
    }
  }

  /** Returns some bytes of the file, which are not counted. */
  ByteBuffer slice(String path, long address, long size) throws IOException {
    if (address < 0 || size < 0 || address > bytes.length || size > bytes.length - address) {
      throw new IOException(
          "'"
              + path
              + "' must be within the file's "
              + bytes.length
              + " bytes, but has "
              + size
              + " bytes at "
              + address);
    }
    return ByteBuffer.wrap(bytes, (int) address, (int) size).slice();
  }

  @Override
  public ByteBuffer readBufferFromAddress(long address, int length) {
    return map(address, length);
  }

  @Override
  public ByteBuffer map(long address, long length) {
    if (address < 0 || length < 0 || address > bytes.length || length > bytes.length - address) {
      throw new HdfException(
          "its structure refers to " + length + " bytes at " + address + " of " + bytes.length);
    }
    left -= length + READ;
    if (left < 0) {
      throw new HdfException("its structure refers to itself");
    }
    return ByteBuffer.wrap(bytes, (int) address, (int) length)
        .slice()
        .order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public ByteBuffer mapNoOffset(long address, long length) {
    return map(address, length);
  }

  @Override
  public long getUserBlockSize() {
    return 0;
  }

  @Override
  public Superblock getSuperblock() {
    return superblock;
  }

  @Override
  public FileChannel getFileChannel() {
    throw new UnsupportedOperationException("The file is in memory.");
  }

  @Override
  public int getSizeOfOffsets() {
    return superblock.getSizeOfOffsets();
  }

  @Override
  public int getSizeOfLengths() {
    return superblock.getSizeOfLengths();
  }

  @Override
  public void close() {}

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public boolean inMemory() {
    return true;
  }
}
