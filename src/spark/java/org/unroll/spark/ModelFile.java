package org.unroll.spark;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.unroll.keras.files.KerasArchive;

/**
 * The bytes of a model file, which Spark sends to each executor once, and which each executor reads
 * once. Executors know files by their contents, so the same file is read once for many jobs.
 *
 * @param bytes the file
 * @param hash the digest of the file
 */
record ModelFile(byte[] bytes, String hash) implements Serializable {
  /** The number of files that an executor keeps open; the one used last is kept longest. */
  private static final int KEPT = 8;

  private static final Map<String, Object> LOADED = new LinkedHashMap<>(16, 0.75f, true);

  private static final AtomicInteger LOADS = new AtomicInteger();

  /** Returns a file with its digest, without the date in the metadata of a {@code .keras} file. */
  static ModelFile of(byte[] bytes) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      if (KerasArchive.isZip(bytes)) {
        var zip = new ZipInputStream(new ByteArrayInputStream(bytes));
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          if (!entry.getName().equals("metadata.json")) {
            digest.update(entry.getName().getBytes(StandardCharsets.UTF_8));
            digest.update(zip.readAllBytes());
          }
        }
      } else {
        digest.update(bytes);
      }
      return new ModelFile(bytes, HexFormat.of().formatHex(digest.digest()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // each JDK has it
    }
  }

  /** Reads a file from any file system of Hadoop, as Spark's own readers do. */
  static ModelFile read(String path, SparkSession spark) throws IOException {
    var file = new org.apache.hadoop.fs.Path(path);
    FileSystem files = file.getFileSystem(spark.sessionState().newHadoopConf());
    try (var in = files.open(file)) {
      return of(in.readAllBytes());
    }
  }

  /** Returns what a method of the library saves to a file. */
  static ModelFile of(Consumer<Path> save) throws IOException {
    return inFolder(
        file -> {
          save.accept(file);
          return of(Files.readAllBytes(file));
        });
  }

  /** Returns what a method of the library loads from a file with these bytes. */
  static <T> T load(byte[] bytes, Function<Path, T> load) throws IOException {
    return inFolder(file -> load.apply(Files.write(file, bytes)));
  }

  /** Sends the file to the executors. */
  Shared share(SparkSession spark) {
    return new Shared(new JavaSparkContext(spark.sparkContext()).broadcast(bytes), hash);
  }

  private interface InFile<T> {
    T call(Path file) throws IOException;
  }

  private static <T> T inFolder(InFile<T> body) throws IOException {
    Path folder = Files.createTempDirectory("unroll-spark");
    Path file = folder.resolve("model.keras");
    try {
      return body.call(file);
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  /** Forgets all files; for tests. */
  static void forget() {
    synchronized (LOADED) {
      LOADED.clear();
      LOADS.set(0);
    }
  }

  /** Returns how often a file was read since {@link #forget}; for tests. */
  static int loads() {
    return LOADS.get();
  }

  /** A file on its way to the executors. */
  record Shared(Broadcast<byte[]> bytes, String hash) implements Serializable {
    /**
     * Returns the model, which is read once per JVM.
     *
     * @param type what is read from the file, a class of its own for each method {@code load}
     */
    <T> T get(Class<T> type, Function<Path, T> load) throws IOException {
      String key = hash + " " + type.getName();
      synchronized (LOADED) {
        Object found = LOADED.get(key);
        if (found == null) {
          found = load(bytes.value(), load);
          LOADED.put(key, found);
          LOADS.incrementAndGet();
          if (LOADED.size() > KEPT) {
            LOADED.remove(LOADED.keySet().iterator().next());
          }
        }
        return type.cast(found);
      }
    }
  }
}
