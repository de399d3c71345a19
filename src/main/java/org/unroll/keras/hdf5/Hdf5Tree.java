package org.unroll.keras.hdf5;

import io.jhdf.HdfFile;
import io.jhdf.api.WritableGroup;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.channels.ClosedByInterruptException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unroll.data.Shape;

/** Collects the arrays and attributes of an HDF5 file by path, and writes the file. */
public final class Hdf5Tree {
  private final Map<String, Object> arrays = new LinkedHashMap<>();
  private final Map<String, String> names = new LinkedHashMap<>();

  /** Creates an empty file. */
  public Hdf5Tree() {}

  /** Sets the attribute {@code name} of a group of arrays, as Keras does. */
  public void name(String path, String name) {
    names.put(path, name);
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
      names.forEach(
          (path, name) -> {
            if (groups.containsKey(path)) {
              groups.get(path).putAttribute("name", name);
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
