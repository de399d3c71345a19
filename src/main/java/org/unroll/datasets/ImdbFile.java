package org.unroll.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.unroll.internal.AtomicFile;

/**
 * A file of Keras's IMDB data set: finds it, or downloads, checks and keeps it.
 *
 * @param address where Keras has it from
 * @param algorithm the kind of sum by which Keras knows it
 * @param sum the sum of what is at the address; a file that is found may be another one with the
 *     same name, such as one that NumPy has written again
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

  /** The larger one has 17 MB. */
  private static final long MAX_BYTES = 128L << 20;

  /** Where the files are looked for: data/ here or above, the cache folder, Keras's own. */
  static Stream<Path> folders(Path workingDirectory) {
    String keras = System.getenv("KERAS_HOME");
    Path home = Path.of(System.getProperty("user.home"));
    Path datasets = (keras == null ? home.resolve(".keras") : Path.of(keras)).resolve("datasets");
    return Stream.concat(
        DataFolders.of(workingDirectory), Stream.of(DataFolders.cache(), datasets));
  }

  /** The file in a folder, whether it is there or not. */
  Path in(Path folder) {
    String path = address.getPath();
    return folder.resolve(path.substring(path.lastIndexOf('/') + 1));
  }

  /** The file in the first of these folders that has it, or else in the cache, downloaded. */
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
      Files.createDirectories(cache);
      Path temporary = Files.createTempFile(cache, "download", "");
      try {
        Download.fetch(address, temporary, MAX_BYTES);
        byte[] content = Files.readAllBytes(temporary);
        String received = Checksum.hex(algorithm, content);
        if (!received.equals(sum)) {
          throw new IOException(
              "the download is not the file expected: its "
                  + algorithm
                  + " is "
                  + received
                  + " in place of "
                  + sum);
        }
        AtomicFile.write(kept, out -> out.write(content));
        return kept;
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          kept.getFileName()
              + " is neither in data/ of the working directory or a folder above it, nor in "
              + cache
              + ", nor in Keras's cache, and could not be downloaded from "
              + address
              + " ("
              + e
              + "). Get it from there in another way and put it into one of these folders, or give"
              + " its folder to Imdb.load(Path). SyntheticReviews needs no file.",
          e);
    }
  }
}
