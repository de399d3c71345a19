package org.unroll.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to write the files of a folder, which only one program has at a time, and only one part
 * of it. It is a lock of the operating system on a hidden file, so it ends with the program, even
 * if the program is killed. {@link #close} deletes the file.
 *
 * <p>On a file system that has no locks, every program has the right.
 *
 * @hidden
 */
public final class FolderLock implements AutoCloseable {
  private static final String NAME = ".unroll.lock";

  /** Far behind the content, which others must be able to read while the lock is held. */
  private static final long POSITION = Long.MAX_VALUE - 1;

  /**
   * The folders that this program has locked. It must not open a lock file a second time: on Unix,
   * closing any channel of a file ends all locks that the program has on it.
   */
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  private final Path folder;
  private final FileChannel channel;

  private FolderLock(Path folder, FileChannel channel) {
    this.folder = folder;
    this.channel = channel;
  }

  /**
   * Creates the folder if it does not exist, and locks it.
   *
   * @param use what the folder is used for, such as {@code search}, for the message of an exception
   * @throws IllegalStateException if it is locked already
   * @throws IOException if the lock file cannot be written
   */
  public static FolderLock of(Path folder, String use) throws IOException {
    AtomicFile.createFolder(folder);
    Path real = folder.toRealPath();
    if (!LOCKED.add(real)) {
      throw inUse(folder, use, "another " + use + " of this program");
    }
    boolean interrupted = false;
    FileChannel channel = null;
    try {
      while (true) {
        try {
          channel = lock(real.resolve(NAME));
          if (channel == null) {
            throw inUse(folder, use, "another program" + owner(real.resolve(NAME)));
          }
          return new FolderLock(real, channel);
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted(); // and again, with an open channel
        }
      }
    } finally {
      if (channel == null) {
        LOCKED.remove(real);
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static IllegalStateException inUse(Path folder, String use, String owner) {
    return new IllegalStateException(
        "A folder must be used by only one "
            + use
            + " at a time, but "
            + folder
            + " is in use by "
            + owner
            + ". Wait until it has ended, or choose another folder.");
  }

  /** Returns the process that has the lock, as it has written it to the file. */
  private static String owner(Path file) throws IOException {
    String process = Files.readString(file, StandardCharsets.ISO_8859_1);
    return process.isEmpty() ? "" : ", process " + process;
  }

  /** Returns a channel with the lock, or null if another program has it. */
  private static FileChannel lock(Path file) throws IOException {
    while (true) {
      try {
        Files.createFile(file);
      } catch (FileAlreadyExistsException e) {
        // Of a running program, or of a killed one.
      }
      FileChannel channel = null;
      boolean kept = false;
      try {
        Object before = key(file);
        // Not through a link, which could overwrite another file.
        channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        if (!tryLock(channel)) {
          return null;
        }
        // Unless the owner before has deleted the file in the meantime.
        if (Objects.equals(before, key(file))) {
          String process = String.valueOf(ProcessHandle.current().pid());
          channel.truncate(0);
          channel.write(ByteBuffer.wrap(process.getBytes(StandardCharsets.US_ASCII)));
          kept = true;
          return channel;
        }
      } catch (NoSuchFileException e) {
        // The owner before has deleted it.
      } finally {
        if (channel != null && !kept) {
          channel.close();
        }
      }
    }
  }

  private static boolean tryLock(FileChannel channel) {
    try {
      return channel.tryLock(POSITION, 1, false) != null;
    } catch (IOException e) {
      return true; // the file system has no locks
    }
  }

  /** Returns what distinguishes a file from others; null on Windows, where it cannot be deleted. */
  private static Object key(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  /** Deletes the lock file and ends the lock. */
  @Override
  public void close() throws IOException {
    // In this order: another program may lock the file as soon as the lock has ended.
    try (channel) {
      Files.deleteIfExists(folder.resolve(NAME));
    } finally {
      LOCKED.remove(folder);
    }
  }
}
