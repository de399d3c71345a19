package org.unroll.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.unroll.internal.AtomicFile;
import org.unroll.internal.Failures;

/**
 * A file of Keras's IMDB dataset: finds it, or downloads, verifies and keeps it.
 *
 * @param address the address from which Keras downloads the file
 * @param algorithm the algorithm of the checksum
 * @param sum the checksum of the file at the address. A file that is found locally is not verified,
 *     because it may be a copy rewritten by NumPy.
 */
record ImdbFile(URI address, String algorithm, String sum) {
  private static final String BUCKET =
      "https://storage.googleapis.com/tensorflow/tf-keras-datasets/";

  static final ImdbFile REVIEWS =
      new ImdbFile(
          URI.create(BUCKET + "imdb.npz"),
          "SHA-256",
          "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f");

  static final ImdbFile WORD_INDEX =
      new ImdbFile(
          URI.create(BUCKET + "imdb_word_index.json"), "MD5", "bfafd718b763782e994055a2d397834f");

  /** The maximum size of a download. The larger file has 17 MB. */
  private static final long MAX_BYTES = 128L << 20;

  /**
   * Returns the folders to search: {@code data/} of the working directory and its parents, the
   * cache folder, and Keras's own cache.
   */
  static Stream<Path> folders(Path workingDirectory) {
    String keras = System.getenv("KERAS_HOME");
    Path home = Path.of(System.getProperty("user.home"));
    Path datasets = (keras == null ? home.resolve(".keras") : Path.of(keras)).resolve("datasets");
    return Stream.concat(
        DataFolders.of(workingDirectory), Stream.of(DataFolders.cache(), datasets));
  }

  /** Returns the path of the file in a folder, whether or not it exists. */
  Path in(Path folder) {
    String path = address.getPath();
    return folder.resolve(path.substring(path.lastIndexOf('/') + 1));
  }

  /**
   * Returns the file in the first of these folders that contains it. If there is none, downloads it
   * to the cache.
   */
  Path get(Stream<Path> folders, Path cache) {
    return folders
        .map(this::in)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseGet(() -> download(cache));
  }

  private Path download(Path cache) {
    Path kept = in(cache);
    try {
      AtomicFile.createFolder(cache);
      // Not in the cache, where the file of a killed program would stay for ever.
      Path temporary = Files.createTempFile("imdb", "");
      try {
        Download.fetch(address, temporary, MAX_BYTES);
        byte[] content = Files.readAllBytes(temporary);
        String received = Checksum.hex(algorithm, content);
        if (!received.equals(sum)) {
          throw new IOException(
              "the " + algorithm + " of the download must be " + sum + ", but was " + received);
        }
        AtomicFile.write(kept, out -> out.write(content));
        return kept;
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          kept.getFileName()
              + " is neither in data/ of the working directory or one of its parents, nor in "
              + cache
              + ", nor in Keras's cache, and could not be downloaded from "
              + address
              + " ("
              + Failures.reason(e)
              + "). Download it in another way and copy it to one of these folders, or pass its folder"
              + " to Imdb.load(Path). SyntheticReviews requires no file.",
          e);
    }
  }
}
