package org.unroll.keras.hdf5;

import io.jhdf.HdfFile;
import io.jhdf.api.WritableGroup;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.data.Shape;

/** Collects the arrays and attributes of an HDF5 file by path, and writes the file. */
public final class Hdf5Tree {
  /** The limit of Keras; HDF5 permits 64 KiB for the header of a group. */
  private static final int LONGEST_ATTRIBUTE = 64512;

  private final Map<String, Object> arrays = new LinkedHashMap<>();
  private final Map<String, Map<String, Object>> attributes = new LinkedHashMap<>();

  /** Creates an empty file. */
  public Hdf5Tree() {}

  /**
   * Sets an attribute of a group that contains arrays or groups.
   *
   * @param path the path of the group; empty for the root
   * @throws IllegalArgumentException if the text has more bytes than HDF5 permits
   */
  public void attribute(String path, String name, String text) {
    requireFitting(name, text.getBytes(StandardCharsets.UTF_8).length);
    attributes.computeIfAbsent(path, key -> new LinkedHashMap<>()).put(name, text);
  }

  /**
   * Sets an attribute that is a list, in several parts if it is long, as Keras does.
   *
   * @param texts the list, which must not be empty
   */
  public void attribute(String path, String name, List<String> texts) {
    int longest =
        texts.stream().mapToInt(t -> t.getBytes(StandardCharsets.UTF_8).length + 1).max().orElse(1);
    requireFitting(name, longest);
    int count = LONGEST_ATTRIBUTE / longest;
    for (int from = 0; from < texts.size(); from += count) {
      String part = texts.size() > count ? name + from / count : name;
      String[] some =
          texts.subList(from, Math.min(from + count, texts.size())).toArray(new String[0]);
      attributes.computeIfAbsent(path, key -> new LinkedHashMap<>()).put(part, some);
    }
  }

  private static void requireFitting(String name, int bytes) {
    if (bytes > LONGEST_ATTRIBUTE) {
      throw new IllegalArgumentException(
          "An attribute of an HDF5 file must have at most "
              + LONGEST_ATTRIBUTE
              + " bytes, but '"
              + name
              + "' of this model has "
              + bytes
              + ". Save the model to a .keras file.");
    }
  }

  /** Adds an array of float32. */
  public void array(String path, Shape shape, float[] values) {
    arrays.put(path, nested(shape.toArray(), 0, values, 0));
  }

  /** Adds an integer. */
  public void whole(String path, long value) {
    arrays.put(path, value);
  }

  /** Converts to arrays of arrays, from which jhdf infers the shape. */
  private static Object nested(int[] axes, int axis, float[] values, int offset) {
    if (axes.length == 0) {
      return values[0];
    }
    if (axis == axes.length - 1) {
      return Arrays.copyOfRange(values, offset, offset + axes[axis]);
    }
    int[] rest = new int[axes.length - axis];
    System.arraycopy(axes, axis, rest, 0, rest.length);
    Object result = Array.newInstance(float.class, rest);
    int stride = 1;
    for (int i = axis + 1; i < axes.length; i++) {
      stride *= axes[i];
    }
    for (int i = 0; i < axes[axis]; i++) {
      Array.set(result, i, nested(axes, axis + 1, values, offset + i * stride));
    }
    return result;
  }

  /**
   * Returns the bytes of the file.
   *
   * @param scratch a temporary file, which the caller deletes
   */
  public byte[] toBytes(File scratch) throws IOException {
    // jhdf writes through a channel, which an interrupt of this thread closes. Saving a model must
    // work even after the stop button of a notebook was pressed.
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        try {
          write(scratch);
          break;
        } catch (RuntimeException e) {
          // The flag is not always set any more when the exception arrives here.
          if (!Thread.interrupted() && !isClosedByInterrupt(e)) {
            throw new IOException("writing HDF5 failed: " + e.getMessage(), e);
          }
          interrupted = true;
        }
      }
      try (var in = new FileInputStream(scratch)) {
        return in.readAllBytes();
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static boolean isClosedByInterrupt(Throwable failure) {
    Throwable cause = failure;
    while (cause != null && !(cause instanceof ClosedByInterruptException)) {
      cause = cause.getCause();
    }
    return cause != null;
  }

  private void write(File file) {
    try (var hdf5 = HdfFile.write(file.toPath())) {
      hdf5.removeAttribute("_jHDF"); // contains the name of the machine
      Map<String, WritableGroup> groups = new HashMap<>();
      groups.put("", hdf5);
      arrays.forEach(
          (path, array) -> {
            int slash = path.lastIndexOf('/');
            group(groups, path.substring(0, slash)).putDataset(path.substring(slash + 1), array);
          });
      // Only groups with arrays: jhdf 0.13 writes a footer after the last array, which overwrites a
      // following group without arrays. Keras does not need empty groups.
      attributes.forEach(
          (path, named) -> {
            if (groups.containsKey(path)) {
              named.forEach(groups.get(path)::putAttribute);
            }
          });
    }
  }

  private static WritableGroup group(Map<String, WritableGroup> groups, String path) {
    WritableGroup group = groups.get(path);
    if (group == null) {
      int slash = path.lastIndexOf('/');
      WritableGroup parent = group(groups, slash < 0 ? "" : path.substring(0, slash));
      group = parent.putGroup(path.substring(slash + 1));
      groups.put(path, group);
    }
    return group;
  }
}
