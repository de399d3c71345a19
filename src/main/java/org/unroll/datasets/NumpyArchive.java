package org.unroll.datasets;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A NumPy {@code .npz} file: a zip archive with one {@code .npy} file per array. Supported are
 * one-dimensional arrays of integers and of lists of integers. NumPy pickles lists, see {@link
 * ListUnpickler}.
 *
 * <p>Source: <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the
 * description of the format</a>, versions 1 to 3.
 */
final class NumpyArchive {
  /** The maximum size of an array in bytes. The largest array in Keras's file has 14 MB. */
  private static final int MAX_ARRAY = 256 << 20;

  /** The size up to which the compression ratio of an array is not limited. */
  private static final long UNLIMITED_RATIO = 1 << 20;

  /** The maximum compression ratio beyond that size; real lists compress less. */
  private static final int MAX_RATIO = 10;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '([^']{1,8})', 'fortran_order': (?:False|True), "
              + "'shape': \\((\\d{1,9}),\\), }\\s*");

  private final Path file;

  NumpyArchive(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  /** An array: the type and length of its header, and the bytes after the header. */
  private record Array(String type, int length, ByteBuffer content) {}

  /** Returns an array of integers. */
  int[] integers(String name) throws IOException {
    Array array = array(name);
    int width =
        switch (array.type) {
          case "<i8" -> Long.BYTES;
          case "<i4" -> Integer.BYTES;
          default -> throw wrong(name, "its type must be <i8 or <i4, but is '" + array.type + "'");
        };
    if (array.content.remaining() != (long) array.length * width) {
      throw wrong(
          name, "it must contain the " + array.length + " numbers that its header announces");
    }
    int[] numbers = new int[array.length];
    for (int i = 0; i < numbers.length; i++) {
      long number = width == Long.BYTES ? array.content.getLong() : array.content.getInt();
      if (number != (int) number) {
        throw wrong(
            name, "its numbers must be in the range of an int, but number " + i + " is " + number);
      }
      numbers[i] = (int) number;
    }
    return numbers;
  }

  /** Returns an array of lists of integers. */
  int[][] lists(String name) throws IOException {
    Array array = array(name);
    if (!array.type.equals("|O")) {
      throw wrong(name, "its type must be |O, that of lists, but is '" + array.type + "'");
    }
    Object content = unpickle(name, array.content);
    if (!(content instanceof ListUnpickler.Elements elements)
        || elements.list().size() != array.length) {
      throw wrong(name, "it must contain the " + array.length + " lists that its header announces");
    }
    int[][] lists = new int[array.length][];
    // A pickled number has at least two bytes. More numbers come from repeating the same list.
    long left = array.content.capacity() / 2;
    for (int i = 0; i < lists.length; i++) {
      if (!(elements.list().get(i) instanceof List<?> list)) {
        throw wrong(name, "its element " + i + " must be a list");
      }
      left -= list.size();
      if (left < 0) {
        throw wrong(name, "its lists must not be larger than the file");
      }
      lists[i] = numbers(name, i, list);
    }
    return lists;
  }

  private int[] numbers(String name, int element, List<?> list) {
    int[] numbers = new int[list.size()];
    for (int j = 0; j < numbers.length; j++) {
      if (!(list.get(j) instanceof Integer number)) {
        throw wrong(name, "its list " + element + " must contain only integers");
      }
      numbers[j] = number;
    }
    return numbers;
  }

  private Object unpickle(String name, ByteBuffer content) {
    byte[] pickle = new byte[content.remaining()];
    content.get(pickle);
    try (var stream = new ByteArrayInputStream(pickle)) {
      return new ListUnpickler().load(stream);
    } catch (IOException | RuntimeException e) {
      // An inconsistent pickle causes exceptions of many kinds.
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new IllegalArgumentException(message(name, reason), e);
    }
  }

  private Array array(String name) throws IOException {
    byte[] bytes = read(name);
    ByteBuffer content = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    try {
      byte[] magic = new byte[MAGIC.length];
      content.get(magic);
      int version = content.get();
      content.get(); // the minor version
      if (!Arrays.equals(magic, MAGIC) || version < 1 || version > 3) {
        throw wrong(name, "it must be a .npy file of version 1 to 3");
      }
      int length = version == 1 ? Short.toUnsignedInt(content.getShort()) : content.getInt();
      if (length < 0 || length > content.remaining()) {
        throw wrong(name, "its header must not be longer than the file");
      }
      var header = new String(bytes, content.position(), length, StandardCharsets.UTF_8);
      content.position(content.position() + length);
      Matcher matcher = HEADER.matcher(header);
      if (!matcher.matches()) {
        throw wrong(
            name, "its header must describe a one-dimensional array, but is " + header.strip());
      }
      return new Array(matcher.group(1), Integer.parseInt(matcher.group(2)), content);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException(message(name, "it is truncated"), e);
    }
  }

  private byte[] read(String name) throws IOException {
    try (var zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(name + ".npy");
      if (entry == null) {
        throw wrong(name, "the file does not contain it");
      }
      try (InputStream stream = zip.getInputStream(entry)) {
        long packed = Math.min(entry.getCompressedSize(), Files.size(file));
        int limit = (int) Math.min(MAX_ARRAY, UNLIMITED_RATIO + MAX_RATIO * packed);
        byte[] bytes = stream.readNBytes(limit);
        if (stream.read() >= 0) {
          throw wrong(name, "it must not exceed " + limit + " bytes (packed: " + packed + ")");
        }
        return bytes;
      }
    }
  }

  private IllegalArgumentException wrong(String name, String reason) {
    return new IllegalArgumentException(message(name, reason));
  }

  private String message(String name, String reason) {
    return "The array '" + name + "' of the file " + file + " could not be read: " + reason + ".";
  }
}
