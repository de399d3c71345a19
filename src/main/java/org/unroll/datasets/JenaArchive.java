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
import org.unroll.internal.Failures;
import tech.tablesaw.api.Table;

/**
 * A published zip archive with one file of the weather station: finds, downloads, unpacks, verifies
 * and keeps the file.
 *
 * @param address the address of the zip archive
 * @param name the name of the file
 * @param rows the number of rows of the file
 * @param firstRow the text of the first row
 * @param gitBlob the Git blob id of the content; copies with other line endings are accepted
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

  /** The maximum size of the zip archive. The real one has 14 MB and contains a file of 43 MB. */
  private static final long MAX_ZIP = 64L << 20;

  private static final long MAX_FILE = 256L << 20;
  private static final int MAX_RATIO = 100;

  /** Returns the table of the file, which is downloaded if it is not found. */
  Table load(Path workingDirectory, Path cache) {
    Path file = find(workingDirectory, cache).orElseGet(() -> download(workingDirectory, cache));
    try {
      checkSum(file);
      Table table = read(file);
      if (table.rowCount() != rows) {
        throw new IllegalArgumentException(
            "The file "
                + file
                + " must have "
                + rows
                + " rows, but has "
                + table.rowCount()
                + ". Replace it by a complete one, or read it with JenaClimate.load(Path).");
      }
      return table;
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The file " + file + " could not be read: " + Failures.reason(e), e);
    }
  }

  /**
   * Returns the file or its zip archive in {@code data/} of the working directory or its parents,
   * or in the cache.
   */
  Optional<Path> find(Path workingDirectory, Path cache) {
    return Stream.concat(DataFolders.of(workingDirectory), Stream.of(cache))
        .flatMap(folder -> Stream.of(folder.resolve(name), folder.resolve(name + ".zip")))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** Returns the table of a file, or of the only file in a zip archive. */
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
      AtomicFile.createFolder(cache);
      // Not in the cache, where the files of a killed program would stay for ever.
      Path zip = Files.createTempFile("jena", ".zip");
      Path file = Files.createTempFile("jena", ".csv");
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
              + " or one of its parents, nor in "
              + cache
              + ", and could not be downloaded from "
              + address
              + " ("
              + Failures.reason(e)
              + "). Download it in another way and copy it, packed or unpacked, to one of these"
              + " folders, or pass its path to JenaClimate.load(Path)."
              + " JenaClimate.synthetic(rows, seed) requires no file.",
          e);
    }
  }

  /**
   * Unpacks the only file of a zip archive whose name ends in .csv. Names in the archive are never
   * used as paths.
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
            "the zip archive must contain one .csv file, but contains "
                + files.stream().map(ZipEntry::getName).toList());
      }
      try (InputStream content = archive.getInputStream(files.get(0))) {
        Download.copy(content, file, Math.min(MAX_FILE, MAX_RATIO * Files.size(zip)));
      }
    }
  }

  /** Verifies a download. */
  private void check(byte[] content) throws IOException {
    List<String> lines = new String(content, StandardCharsets.ISO_8859_1).lines().toList();
    int columns = lines.isEmpty() ? 0 : lines.get(0).split(",", -1).length;
    String first = lines.size() < 2 ? "nothing" : lines.get(1);
    if (lines.size() != rows + 1 || columns != 15 || !first.equals(firstRow)) {
      throw new IOException(
          "the download must have "
              + rows
              + " rows and 15 columns, but has "
              + (lines.size() - 1)
              + " rows, "
              + columns
              + " columns and the first row '"
              + (first.length() > 200 ? first.substring(0, 200) : first)
              + "'");
    }
    if (!hasKnownContent(lines)) {
      throw new IOException(
          "the content of the download must be that of Git blob "
              + gitBlob
              + ", apart from line endings, but differs");
    }
  }

  /**
   * Returns whether these lines are the content of the Git blob, with either kind of line endings.
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
   * Verifies a file that was downloaded earlier. A file that a user has copied has no checksum
   * file.
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
              + " must not change after the download, but its SHA-256 is "
              + received
              + " instead of "
              + expected
              + ". Delete it to download it again.");
    }
  }

  private static Path sumOf(Path file) {
    return file.resolveSibling(file.getFileName() + ".sha256");
  }
}
