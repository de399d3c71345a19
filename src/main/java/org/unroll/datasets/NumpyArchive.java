package org.unroll.datasets;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A {@code .npz} file of NumPy: a zip with a {@code .npy} file for each array. Read are arrays of
 * one axis, of whole numbers or of lists of whole numbers (which NumPy pickles, see {@link
 * ListUnpickler}).
 *
 * <p>Source: <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the
 * format's description</a>, versions 1 to 3.
 */
final class NumpyArchive {
  /** The largest array in Keras's file has 14 MB. */
  private static final int MAX_ARRAY = 256 << 20;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '([^']{1,8})', 'fortran_order': (?:False|True), "
              + "'shape': \\((\\d{1,9}),\\), }\\s*");

  private final Path file;

  NumpyArchive(Path file) {
    this.file = file;
  }

  /** One array: what its header says, and its bytes behind the header. */
  private record Array(String type, int length, ByteBuffer content) {}

  /** An array of whole numbers. */
  int[] integers(String name) throws IOException {
    Array array = array(name);
    int width =
        switch (array.type) {
          case "<i8" -> Long.BYTES;
          case "<i4" -> Integer.BYTES;
          default -> throw wrong(name, "its type '" + array.type + "' is not <i8 or <i4");
        };
    if (array.content.remaining() != (long) array.length * width) {
      throw wrong(name, "it has not the " + array.length + " numbers of its header");
    }
    int[] numbers = new int[array.length];
    for (int i = 0; i < numbers.length; i++) {
      long number = width == Long.BYTES ? array.content.getLong() : array.content.getInt();
      if (number != (int) number) {
        throw wrong(name, "its number " + i + " is " + number);
      }
      numbers[i] = (int) number;
    }
    return numbers;
  }

  /** An array of lists of whole numbers. */
  int[][] lists(String name) throws IOException {
    Array array = array(name);
    if (!array.type.equals("|O")) {
      throw wrong(name, "its type '" + array.type + "' is not |O, that of lists");
    }
    Object content = unpickle(name, array.content);
    if (!(content instanceof ListUnpickler.Elements elements)
        || elements.list().size() != array.length) {
      throw wrong(name, "it does not hold the " + array.length + " lists of its header");
    }
    int[][] lists = new int[array.length][];
    // A pickled number takes two bytes at least; more numbers than that are one list many times.
    long left = array.content.capacity() / 2;
    for (int i = 0; i < lists.length; i++) {
      if (!(elements.list().get(i) instanceof List<?> list)) {
        throw wrong(name, "its element " + i + " is no list");
      }
      left -= list.size();
      if (left < 0) {
        throw wrong(name, "its lists are larger than the file");
      }
      lists[i] = numbers(name, i, list);
    }
    return lists;
  }

  private int[] numbers(String name, int element, List<?> list) {
    int[] numbers = new int[list.size()];
    for (int j = 0; j < numbers.length; j++) {
      if (!(list.get(j) instanceof Integer number)) {
        throw wrong(name, "its list " + element + " holds something else than whole numbers");
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
      // Whatever goes wrong: a pickle that does not fit together ends in exceptions of all kinds.
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
        throw wrong(name, "it is no .npy file of version 1 to 3");
      }
      int length = version == 1 ? Short.toUnsignedInt(content.getShort()) : content.getInt();
      if (length < 0 || length > content.remaining()) {
        throw wrong(name, "its header is longer than the file");
      }
      var header = new String(bytes, content.position(), length, StandardCharsets.UTF_8);
      content.position(content.position() + length);
      Matcher matcher = HEADER.matcher(header);
      if (!matcher.matches()) {
        throw wrong(name, "its header is not that of an array of one axis: " + header.strip());
      }
      return new Array(matcher.group(1), Integer.parseInt(matcher.group(2)), content);
    } catch (BufferUnderflowException e) {
      throw new IllegalArgumentException(message(name, "it is cut off"), e);
    }
  }

  private byte[] read(String name) throws IOException {
    try (var zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(name + ".npy");
      if (entry == null) {
        throw wrong(name, "it is not there");
      }
      try (InputStream stream = zip.getInputStream(entry)) {
        byte[] bytes = stream.readNBytes(MAX_ARRAY);
        if (stream.read() >= 0) {
          throw wrong(name, "it has more than " + MAX_ARRAY + " bytes");
        }
        return bytes;
      }
    }
  }

  private IllegalArgumentException wrong(String name, String reason) {
    return new IllegalArgumentException(message(name, reason));
  }

  private String message(String name, String reason) {
    return "The array '" + name + "' of the file " + file + " cannot be read: " + reason + ".";
  }
}
