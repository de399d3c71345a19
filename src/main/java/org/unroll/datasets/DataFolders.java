package org.unroll.datasets;

import java.nio.file.Path;
import java.util.stream.Stream;

/** The folders in which data files are searched, and the one in which downloads are kept. */
final class DataFolders {
  private DataFolders() {}

  /** Returns the folder {@code data} of a working directory and of each of its parents. */
  static Stream<Path> of(Path workingDirectory) {
    return Stream.iterate(
            workingDirectory.toAbsolutePath(), folder -> folder != null, Path::getParent)
        .map(folder -> folder.resolve("data"));
  }

  /**
   * Returns the folder of the system property {@code unroll.cache}, by default {@code .unroll} in
   * the user's home.
   */
  static Path cache() {
    String home = System.getProperty("user.home");
    return Path.of(System.getProperty("unroll.cache", Path.of(home, ".unroll").toString()));
  }
}
