package org.unroll.internal;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes a file that is there as a whole or not at all, whatever happens in between: to a temporary
 * file in the same folder, on to the disk, and then by a move to its place, where a file that was
 * there before stays until that moment. A program that is killed leaves the temporary file behind,
 * which is hidden and ends in {@code .tmp}.
 */
public final class AtomicFile {
  private static final String ENDING = ".tmp";

  private AtomicFile() {}

  /** What a file is to hold. */
  @FunctionalInterface
  public interface Content {
    /** Writes all of it; the stream is closed by the caller. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes or replaces a file. An interrupt of this thread does not keep it from being written.
   *
   * @throws IOException if it cannot be written; the file is then as it was before
   */
  public static void write(Path file, Content content) throws IOException {
    File temporary = beside(file);
    try {
      // Not a channel: those close themselves when the thread is interrupted.
      try (var out = new FileOutputStream(temporary)) {
        content.writeTo(out);
        out.getFD().sync();
      }
      move(temporary.toPath(), file);
    } finally {
      delete(temporary);
    }
  }

  /** A hidden name of its own beside a file. */
  public static File beside(Path file) {
    Path absolute = file.toAbsolutePath();
    String name = "." + absolute.getFileName() + "." + UUID.randomUUID() + ENDING;
    return absolute.resolveSibling(name).toFile();
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Deletes the temporary files that killed programs have left beside a file; only where no other
   * program is writing it.
   */
  public static void deleteLeftovers(Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    String beginning = "." + absolute.getFileName() + ".";
    List<Path> leftovers;
    try (Stream<Path> files = Files.list(absolute.getParent())) {
      leftovers = files.filter(path -> isLeftover(path, beginning)).toList();
    }
    for (Path path : leftovers) {
      Files.deleteIfExists(path);
    }
  }

  private static boolean isLeftover(Path path, String beginning) {
    String name = path.getFileName().toString();
    return name.startsWith(beginning) && name.endsWith(ENDING);
  }

  /** Deletes a file from {@link #beside} if it is there. */
  public static void delete(File temporary) {
    try {
      Files.deleteIfExists(temporary.toPath());
    } catch (IOException e) {
      // What was to be written is written, or the failure that matters is on its way.
      temporary.deleteOnExit();
    }
  }
}
