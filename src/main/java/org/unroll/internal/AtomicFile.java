package org.unroll.internal;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes a file atomically: the file is complete or does not exist. The content is written to a
 * temporary file in the same folder, forced to the disk, and moved to its place. An existing file
 * stays unchanged until that move. A symbolic link is followed: its target is replaced, not the
 * link.
 *
 * <p>A program that is killed leaves the temporary file behind. Its name is hidden, contains the id
 * of the process, and ends in {@code .tmp}. The next {@link #write} of the same file deletes it,
 * unless the process is still alive.
 *
 * @hidden
 */
public final class AtomicFile {
  private static final String ENDING = ".tmp";

  /** The id of the process and the UUID at the end of a temporary file's name. */
  private static final Pattern PROCESS = Pattern.compile("\\.(\\d{1,18})\\.[0-9a-f-]{36}\\.tmp$");

  /** As many as Linux follows. */
  private static final int MOST_LINKS = 40;

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
   * @throws IOException if the file cannot be written; an existing file is then unchanged. The
   *     message names a missing folder
   */
  public static void write(Path file, Content content) throws IOException {
    Path target = target(file);
    try {
      deleteLeftovers(target, AtomicFile::isOfDeadProcess);
    } catch (IOException e) {
      // Leftovers need space, but do no harm.
    }
    File temporary = temporaryFor(target);
    try {
      // Not a channel, which is closed when the thread is interrupted.
      try (var out = new FileOutputStream(temporary)) {
        content.writeTo(out);
        out.getFD().sync();
      }
      move(temporary.toPath(), target);
    } finally {
      delete(temporary);
    }
  }

  /**
   * Returns the file that a path leads to: the target of a symbolic link, which may not exist, or
   * the path itself.
   *
   * @throws IOException if the file cannot be written because of its path
   */
  public static Path target(Path file) throws IOException {
    Path target = file.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(target); links++) {
      if (links == MOST_LINKS) {
        throw new IOException("its symbolic links must lead to a file, but form a circle");
      }
      target = target.resolveSibling(Files.readSymbolicLink(target));
    }
    if (target.getFileSystem() != FileSystems.getDefault()) {
      throw new IOException(
          "it must be in the default file system. Write it there and copy it with Files.copy");
    }
    Path folder = target.getParent();
    if (folder != null && !Files.isDirectory(folder)) {
      throw new IOException(
          Files.exists(folder)
              ? folder + " must be a folder, but is a file"
              : "the folder " + folder + " must exist. Create it with Files.createDirectories");
    }
    if (Files.isDirectory(target)) {
      throw new IOException("it must be a file, but is a folder");
    }
    return target;
  }

  /** Creates a folder and its parents if it does not exist. It may be a link to a folder. */
  public static void createFolder(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) { // createDirectories of JDK 17 rejects links to folders
      Files.createDirectories(folder);
    }
  }

  /** Returns a unique hidden file name in the folder of {@code file}. */
  public static File temporaryFor(Path file) {
    Path absolute = file.toAbsolutePath();
    String unique = ProcessHandle.current().pid() + "." + UUID.randomUUID();
    return absolute.resolveSibling(prefix(absolute) + unique + ENDING).toFile();
  }

  private static String prefix(Path file) {
    return "." + file.getFileName() + ".";
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
    deleteLeftovers(file.toAbsolutePath(), leftover -> true);
  }

  private static void deleteLeftovers(Path file, Predicate<Path> condition) throws IOException {
    String prefix = prefix(file);
    List<Path> leftovers;
    try (Stream<Path> files = Files.list(file.getParent())) {
      leftovers = files.filter(path -> isLeftover(path, prefix)).filter(condition).toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    for (Path path : leftovers) {
      Files.deleteIfExists(path);
    }
  }

  private static boolean isLeftover(Path path, String prefix) {
    String name = path.getFileName().toString();
    return name.startsWith(prefix) && name.endsWith(ENDING);
  }

  private static boolean isOfDeadProcess(Path leftover) {
    Matcher process = PROCESS.matcher(leftover.getFileName().toString());
    return process.find() && ProcessHandle.of(Long.parseLong(process.group(1))).isEmpty();
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
