package org.unroll.datasets;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.unroll.internal.AtomicFile;
import tech.tablesaw.api.Table;

/**
 * A published zip with one file of the station in it: finds, downloads, unpacks, checks and keeps
 * it.
 *
 * @param address where the zip is
 * @param name the file in it
 * @param rows how many rows the file has
 * @param firstRow the text of its first row
 * @param gitBlob the id that Git gives its content; variants with other line ends count as the same
 */
record JenaArchive(URI address, String name, int rows, String firstRow, String gitBlob) {
  static final JenaArchive KERAS =
      new JenaArchive(
          URI.create(
              "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
                  + "jena_climate_2009_2016.csv.zip"),
          "jena_climate_2009_2016.csv",
          420_551,
          "01.01.2009 00:10:00,996.52,-8.02,265.40,-8.90,93.30,3.33,3.11,0.22,1.94,3.12,1307.75,"
              + "1.03,1.75,152.30",
          "e6cfb671e72f630f251a18722fcebe6944c758c0");

  /** The real zip has 14 MB, the file in it 43 MB. */
  private static final long MAX_ZIP = 64L << 20;

  private static final long MAX_FILE = 256L << 20;
  private static final int MAX_RATIO = 100;

  /** The table, from where the file is found or else from its address. */
  Table load(Path workingDirectory, Path cache) {
    Path file = find(workingDirectory, cache).orElseGet(() -> download(workingDirectory, cache));
    try {
      checkSum(file);
      Table table = read(file);
      if (table.rowCount() != rows) {
        throw new IllegalArgumentException(
            "The file "
                + file
                + " should have "
                + rows
                + " rows. Received: "
                + table.rowCount()
                + ". Replace it by a whole one, or read it as it is with JenaClimate.load(Path).");
      }
      return table;
    } catch (IOException e) {
      throw new UncheckedIOException("The file " + file + " cannot be read: " + e, e);
    }
  }

  /** The file or its zip in data/ here or above, or in the cache. */
  Optional<Path> find(Path workingDirectory, Path cache) {
    return Stream.concat(DataFolders.of(workingDirectory), Stream.of(cache))
        .flatMap(folder -> Stream.of(folder.resolve(name), folder.resolve(name + ".zip")))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** The table of a file, or of the one file that a zip holds. */
  static Table read(Path file) throws IOException {
    if (!file.toString().endsWith(".zip")) {
      return JenaReader.read(file, file);
    }
    Path unpacked = Files.createTempFile("jena", ".csv");
    try {
      unpack(file, unpacked);
      return JenaReader.read(unpacked, file);
    } finally {
      Files.delete(unpacked);
    }
  }

  private Path download(Path workingDirectory, Path cache) {
    try {
      Files.createDirectories(cache);
      Path zip = Files.createTempFile(cache, "download", ".zip");
      Path file = Files.createTempFile(cache, "download", ".csv");
      try {
        Download.fetch(address, zip, MAX_ZIP);
        unpack(zip, file);
        byte[] content = Files.readAllBytes(file);
        check(content);
        Path kept = cache.resolve(name);
        String sum = Checksum.hex("SHA-256", content) + "  " + name + "\n";
        AtomicFile.write(sumOf(kept), out -> out.write(sum.getBytes(StandardCharsets.UTF_8)));
        AtomicFile.write(kept, out -> out.write(content));
        return kept;
      } finally {
        Files.deleteIfExists(zip);
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          name
              + " is neither in data/ of "
              + workingDirectory.toAbsolutePath()
              + " or a folder above it, nor in "
              + cache
              + ", and could not be downloaded from "
              + address
              + " ("
              + e
              + "). Get it from there in another way and put it, packed or unpacked, into one of"
              + " these folders, or give its path to JenaClimate.load(Path)."
              + " JenaClimate.synthetic(rows, seed) needs no file.",
          e);
    }
  }

  /**
   * Unpacks the one file of a zip whose name ends in .csv; no name in the zip is used as a path.
   */
  private static void unpack(Path zip, Path file) throws IOException {
    try (var archive = new ZipFile(zip.toFile())) {
      List<? extends ZipEntry> files =
          archive.stream()
              .filter(entry -> entry.getName().endsWith(".csv"))
              .filter(entry -> !entry.getName().startsWith("__MACOSX/"))
              .toList();
      if (files.size() != 1) {
        throw new IOException(
            "the zip should hold one .csv file; it holds "
                + files.stream().map(ZipEntry::getName).toList());
      }
      try (InputStream content = archive.getInputStream(files.get(0))) {
        Download.copy(content, file, Math.min(MAX_FILE, MAX_RATIO * Files.size(zip)));
      }
    }
  }

  /** Compares a download with what is known of the file. */
  private void check(byte[] content) throws IOException {
    List<String> lines = new String(content, StandardCharsets.ISO_8859_1).lines().toList();
    int columns = lines.isEmpty() ? 0 : lines.get(0).split(",", -1).length;
    String first = lines.size() < 2 ? "nothing" : lines.get(1);
    if (lines.size() != rows + 1 || columns != 15 || !first.equals(firstRow)) {
      throw new IOException(
          "the download is not the file expected: "
              + (lines.size() - 1)
              + " rows in place of "
              + rows
              + ", "
              + columns
              + " columns in place of 15, first row '"
              + (first.length() > 200 ? first.substring(0, 200) : first)
              + "'");
    }
    if (!hasKnownContent(lines)) {
      throw new IOException(
          "the download has the rows and columns expected, but its content is not that of Git blob "
              + gitBlob
              + " with any line ends");
    }
  }

  /**
   * Whether these lines, with line ends of one kind or the other, are the content that Git knows.
   */
  private boolean hasKnownContent(List<String> lines) {
    String unix = String.join("\n", lines);
    String windows = String.join("\r\n", lines);
    return Stream.of(unix, unix + "\n", windows, windows + "\r\n").anyMatch(this::hasKnownBlob);
  }

  private boolean hasKnownBlob(String text) {
    byte[] content = text.getBytes(StandardCharsets.ISO_8859_1);
    byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.ISO_8859_1);
    return Checksum.hex("SHA-1", header, content).equals(gitBlob);
  }

  /**
   * Checks a file that was downloaded before; one that a user has put there has no sum beside it.
   */
  private static void checkSum(Path file) throws IOException {
    if (!Files.exists(sumOf(file))) {
      return;
    }
    String expected = Files.readString(sumOf(file)).split(" ", 2)[0];
    String received = Checksum.hex("SHA-256", Files.readAllBytes(file));
    if (!received.equals(expected)) {
      throw new IllegalArgumentException(
          "The file "
              + file
              + " has changed since it was downloaded: its SHA-256 should be "
              + expected
              + ". Received: "
              + received
              + ". Delete it to have it downloaded again.");
    }
  }

  private static Path sumOf(Path file) {
    return file.resolveSibling(file.getFileName() + ".sha256");
  }
}
