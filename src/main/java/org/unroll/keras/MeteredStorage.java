package org.unroll.keras;

import io.jhdf.Superblock;
import io.jhdf.exceptions.HdfException;
import io.jhdf.storage.HdfBackingStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * Gives jhdf access to the bytes of an HDF5 file and limits how many bytes it reads. The structure
 * of a valid file is read once or twice. A file whose nodes refer to each other would be read
 * endlessly.
 */
final class MeteredStorage implements HdfBackingStorage {
  /** The cost of a read in addition to its length, so that the number of reads is limited too. */
  private static final int READ = 64;

  private static final long ALLOWANCE = 1 << 20;
  private static final long LARGEST_ALLOWANCE = 64 << 20;

  private final byte[] bytes;
  private final Superblock superblock;
  private long left;

  /** Creates the storage of a file. */
  MeteredStorage(byte[] bytes, Superblock superblock) {
    this.bytes = bytes;
    this.superblock = superblock;
    left = Math.min(ALLOWANCE + 4L * bytes.length, LARGEST_ALLOWANCE);
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
