package org.unroll.keras.files;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * The zip file of Keras 3 with its three entries, which another program may have packed again, and
 * possibly one of this library, which Keras ignores. Entries are read into memory after their sizes
 * were checked, and are never unpacked to the disk.
 *
 * @param metadata {@code metadata.json}
 * @param config {@code config.json}
 * @param weights {@code model.weights.h5}
 * @param forecaster {@code unroll_forecaster.json}, what a forecaster knows in addition to its
 *     model, or null
 */
public record KerasArchive(byte[] metadata, byte[] config, byte[] weights, byte[] forecaster) {
  private static final String METADATA = "metadata.json";
  private static final String CONFIG = "config.json";
  private static final String WEIGHTS = "model.weights.h5";
  private static final String FORECASTER = "unroll_forecaster.json";

  /** The maximum size of the weights: 1 GiB, which is 2²⁸ numbers. */
  public static final int LARGEST_WEIGHTS = 1 << 30;

  /** The maximum size of a JSON entry. */
  private static final int LARGEST_TEXT = 4 << 20;

  /** The size to which any entry may unpack, regardless of its compression ratio. */
  private static final long HARMLESS = 16 << 20;

  /** The maximum compression ratio of larger entries. */
  private static final int LARGEST_RATIO = 100;

  /** Creates an archive without a forecaster. */
  public KerasArchive(byte[] metadata, byte[] config, byte[] weights) {
    this(metadata, config, weights, null);
  }

  /** Returns whether a file begins with the signature of a zip file. */
  public static boolean isZip(byte[] head) {
    return head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
  }

  /** Reads an archive. */
  public static KerasArchive read(File file) throws IOException {
    try (var zip = new ZipFile(file)) {
      Map<String, ZipEntry> entries = new HashMap<>();
      for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        String name = entry.getName();
        if (isHarmless(entry)) {
          continue;
        }
        if (name.equals("model.weights.npz")) {
          throw new IOException(
              "its weights must be in '"
                  + WEIGHTS
                  + "', but are in '"
                  + name
                  + "', which is not supported. Load it with Keras and save it again");
        }
        if (!List.of(METADATA, CONFIG, WEIGHTS, FORECASTER).contains(name)) {
          throw new IOException(
              "it must contain only "
                  + METADATA
                  + ", "
                  + CONFIG
                  + " and "
                  + WEIGHTS
                  + ", but has the entry '"
                  + name
                  + "'");
        }
        if (entries.put(name, entry) != null) {
          throw new IOException("it has the entry '" + name + "' twice");
        }
      }
      return new KerasArchive(
          read(zip, entries, METADATA, LARGEST_TEXT),
          read(zip, entries, CONFIG, LARGEST_TEXT),
          read(zip, entries, WEIGHTS, LARGEST_WEIGHTS),
          entries.containsKey(FORECASTER) ? read(zip, entries, FORECASTER, LARGEST_TEXT) : null);
    }
  }

  /** Returns whether an entry is a folder, or what macOS adds to zip files. Nothing is unpacked. */
  private static boolean isHarmless(ZipEntry entry) {
    String name = entry.getName();
    return (entry.isDirectory() && entry.getSize() == 0 && name.matches("\\w+(/\\w+)*/"))
        || name.startsWith("__MACOSX/")
        || name.equals(".DS_Store");
  }

  private static byte[] read(ZipFile zip, Map<String, ZipEntry> entries, String name, int limit)
      throws IOException {
    ZipEntry entry = entries.get(name);
    if (entry == null) {
      throw new IOException("it must contain the entry '" + name + "', but has none");
    }
    long size = entry.getSize();
    if (size < 0 || size > limit) {
      throw new IOException(
          "its entry '"
              + name
              + "' must have at most "
              + limit
              + " bytes, but its recorded size is "
              + size);
    }
    if (size > HARMLESS + LARGEST_RATIO * entry.getCompressedSize()) {
      throw new IOException(
          "its entry '"
              + name
              + "' must unpack to at most "
              + LARGEST_RATIO
              + " times its size, but would grow from "
              + entry.getCompressedSize()
              + " to "
              + size
              + " bytes");
    }
    byte[] bytes;
    try (InputStream in = zip.getInputStream(entry)) {
      bytes = in.readNBytes((int) size + 1);
    }
    var crc = new CRC32();
    crc.update(bytes);
    if (bytes.length != size || crc.getValue() != entry.getCrc()) {
      throw new IOException("its entry '" + name + "' is damaged: wrong length or checksum");
    }
    return bytes;
  }

  /** Writes the archive with uncompressed entries, as Keras does. */
  public void write(OutputStream out) throws IOException {
    var zip = new ZipOutputStream(out);
    write(zip, METADATA, metadata);
    write(zip, CONFIG, config);
    write(zip, WEIGHTS, weights);
    if (forecaster != null) {
      write(zip, FORECASTER, forecaster);
    }
    zip.finish();
  }

  private static void write(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    var crc = new CRC32();
    crc.update(bytes);
    var entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
    zip.closeEntry();
  }
}
