package org.unroll.keras;

import io.jhdf.Superblock;
import io.jhdf.exceptions.HdfException;
import io.jhdf.storage.HdfBackingStorage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/**
 * The bytes of an HDF5 file for jhdf, which may read a few times as many of them as there are, then
 * no more. An honest file needs its structure read once or twice; one whose nodes point to each
 * other would be read for ever.
 */
final class MeteredStorage implements HdfBackingStorage {
  /** What a read counts for besides its length, so that many short ones come to an end too. */
  private static final int READ = 64;

  private static final long ALLOWANCE = 1 << 20;
  private static final long LARGEST_ALLOWANCE = 64 << 20;

  private final byte[] bytes;
  private final Superblock superblock;
  private long left;

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
          "there are no " + length + " bytes at " + address + " of " + bytes.length);
    }
    left -= length + READ;
    if (left < 0) {
      throw new HdfException("its structure leads back to itself");
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
