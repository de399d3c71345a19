package org.unroll.datasets;

import java.nio.file.Path;
import java.util.stream.Stream;

/** Where data files are looked for, and where they are kept once they have been downloaded. */
final class DataFolders {
  private DataFolders() {}

  /** The folder {@code data} of a working directory and of each folder above it. */
  static Stream<Path> of(Path workingDirectory) {
    return Stream.iterate(
            workingDirectory.toAbsolutePath(), folder -> folder != null, Path::getParent)
        .map(folder -> folder.resolve("data"));
  }

  /** The system property {@code unroll.cache}, by default {@code .unroll} in the user's home. */
  static Path cache() {
    String home = System.getProperty("user.home");
    return Path.of(System.getProperty("unroll.cache", Path.of(home, ".unroll").toString()));
  }
}
