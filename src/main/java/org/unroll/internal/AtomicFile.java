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
 * Writes a file atomically: the file is complete or does not exist. The content is written to a
 * temporary file in the same folder, forced to the disk, and moved to its place. An existing file
 * stays unchanged until that move. A program that is killed leaves the temporary file behind. Its
 * name is hidden and ends in {@code .tmp}.
 *
 * @hidden
 */
public final class AtomicFile {
  private static final String ENDING = ".tmp";

  private AtomicFile() {}

  /** Writes the content of a file. */
  @FunctionalInterface
  public interface Content {
    /** Writes the whole content. The caller closes the stream. */
    void writeTo(OutputStream out) throws IOException;
  }

  /**
   * Writes or replaces a file. An interrupt of this thread does not prevent the file from being
   * written.
   *
   * @throws IOException if the file cannot be written; an existing file is then unchanged
   */
  public static void write(Path file, Content content) throws IOException {
    File temporary = temporaryFor(file);
    try {
      // Not a channel, which is closed when the thread is interrupted.
      try (var out = new FileOutputStream(temporary)) {
        content.writeTo(out);
        out.getFD().sync();
      }
      move(temporary.toPath(), file);
    } finally {
      delete(temporary);
    }
  }

  /** Returns a unique hidden file name in the folder of {@code file}. */
  public static File temporaryFor(Path file) {
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
   * Deletes the temporary files that killed programs have left for a file. Call it only when no
   * other program is writing the file.
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

  /** Deletes a file that {@link #temporaryFor} named, if it exists. */
  public static void delete(File temporary) {
    try {
      Files.deleteIfExists(temporary.toPath());
    } catch (IOException e) {
      // The content has been written, or a more important exception is being thrown.
      temporary.deleteOnExit();
    }
  }
}
