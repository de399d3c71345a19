package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.network.Padding;

/**
 * The patches that a convolution window covers in an image, arranged as the rows of a matrix
 * ("im2col"). The convolution is then a product of this matrix and the kernel.
 *
 * <p>The matrix has one row for each image and window position. A row has the pixels of the window,
 * row by row, with all channels of a pixel together. Pixels outside the image are 0.
 *
 * @param height the number of rows of an image
 * @param width the number of columns of an image
 * @param channels the number of values of a pixel
 * @param rows the window along the rows
 * @param columns the window along the columns
 * @hidden
 */
public record Patches(int height, int width, int channels, Axis rows, Axis columns) {
  /**
   * A window along one axis.
   *
   * @param places the number of positions of the window
   * @param size the number of pixels in the window
   * @param stride the distance between positions
   * @param dilation the distance between pixels in the window
   * @param before the number of pixels that the first position begins before the edge
   */
  public record Axis(int places, int size, int stride, int dilation, int before) {
    /** Returns the window along an axis of the given length. */
    public static Axis of(Padding padding, int length, int size, int stride, int dilation) {
      int window = (size - 1) * dilation + 1;
      return new Axis(
          padding.windows(length, window, stride),
          size,
          stride,
          dilation,
          padding.before(length, window, stride));
    }

    /** Returns the index of pixel {@code i} of the window, which may be outside the image. */
    int pixel(int place, int i) {
      return place * stride - before + i * dilation;
    }
  }

  /** The input of the layers for images, for the message of an exception. */
  static final String IMAGES = "(batch, rows, columns, channels)";

  /** Returns the patches of an image. */
  public static Patches of(
      Shape image, Padding padding, int[] size, int[] strides, int[] dilation) {
    Axis[] axes = new Axis[2];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = Axis.of(padding, image.axis(i), size[i], strides[i], dilation[i]);
    }
    return new Patches(image.axis(0), image.axis(1), image.axis(2), axes[0], axes[1]);
  }

  /**
   * Returns the shape of the window positions in an image, with the channels of the image.
   *
   * @param layer the layer, for the message of an exception
   * @param image the shape of an image, whose rows and columns may be of unknown length
   * @throws IllegalArgumentException if the image is smaller than one window, or both a stride and
   *     a dilation rate are more than 1, which Keras does not support either
   */
  public static Shape positions(
      Layer layer, Shape image, Padding padding, int[] size, int[] strides, int[] dilation) {
    if (Math.max(strides[0], strides[1]) > 1 && Math.max(dilation[0], dilation[1]) > 1) {
      throw new IllegalArgumentException(
          layer.describe()
              + " must have strides of 1 or a dilation rate of 1, but has strides="
              + Arrays.toString(strides)
              + " and dilationRate="
              + Arrays.toString(dilation)
              + ".");
    }
    int[] axes = image.toArray();
    for (int i = 0; i < 2; i++) {
      if (axes[i] != Shape.ANY) {
        axes[i] = Axis.of(padding, axes[i], size[i], strides[i], dilation[i]).places;
        if (axes[i] < 1) {
          throw new IllegalArgumentException(
              layer.describe()
                  + " with padding=valid needs images of at least "
                  + ((size[0] - 1) * dilation[0] + 1)
                  + " × "
                  + ((size[1] - 1) * dilation[1] + 1)
                  + " pixels, the size of its window, but the images have "
                  + pixels(image.axis(0))
                  + " × "
                  + pixels(image.axis(1))
                  + ". Use a smaller window, larger images or padding(\"same\").");
        }
      }
    }
    return Shape.of(axes);
  }

  private static String pixels(int axis) {
    return axis == Shape.ANY ? "None" : Integer.toString(axis);
  }

  /** Returns the number of window positions in an image. */
  public int places() {
    return rows.places * columns.places;
  }

  /** Returns the number of values in a window. */
  public int size() {
    return rows.size * columns.size * channels;
  }

  /** Copies the windows of several images, one image after another, to the rows of a matrix. */
  public void unfold(int images, float[] from, int offset, float[] to) {
    int at = 0;
    for (int image = 0; image < images; image++) {
      int start = offset + image * height * width * channels;
      for (int row = 0; row < rows.places; row++) {
        at = unfold(row, from, start, width * channels, 0, channels, to, at);
      }
    }
  }

  /** Adds the rows of a matrix to the windows of the images, the adjoint of {@link #unfold}. */
  public void fold(int images, float[] from, float[] to, int offset) {
    int at = 0;
    for (int image = 0; image < images; image++) {
      int start = offset + image * height * width * channels;
      for (int row = 0; row < rows.places; row++) {
        at = fold(row, from, at, to, start, width * channels, 0, channels);
      }
    }
  }

  /**
   * Copies some channels of one row of windows, for images in the layout of a {@code Tensor}: the
   * first rows of all images come first.
   *
   * @param row the row of windows
   * @param first the first channel
   * @param count the number of channels
   * @param to receives the windows of one image after another
   */
  void unfoldRow(int row, int images, float[] from, int offset, int first, int count, float[] to) {
    int at = 0;
    for (int image = 0; image < images; image++) {
      int start = offset + image * width * channels;
      at = unfold(row, from, start, images * width * channels, first, count, to, at);
    }
  }

  /** Adds to some channels of one row of windows, the adjoint of {@link #unfoldRow}. */
  void foldRow(int row, int images, float[] from, float[] to, int offset, int first, int count) {
    int at = 0;
    for (int image = 0; image < images; image++) {
      int start = offset + image * width * channels;
      at = fold(row, from, at, to, start, images * width * channels, first, count);
    }
  }

  /** Copies one row of windows of an image whose rows begin {@code distance} values apart. */
  private int unfold(
      int row, float[] from, int start, int distance, int first, int count, float[] to, int next) {
    boolean isDense = isDense(count);
    int at = next;
    for (int column = 0; column < columns.places; column++) {
      int left = columns.pixel(column, 0);
      for (int i = 0; i < rows.size; i++) {
        int y = rows.pixel(row, i);
        if (isDense) {
          int begin = at + begin(y, left) * channels;
          int end = at + end(y, left) * channels;
          Arrays.fill(to, at, begin, 0f);
          if (begin < end) {
            int pixel = start + y * distance + left * channels;
            System.arraycopy(from, pixel + begin - at, to, begin, end - begin);
          }
          at += columns.size * channels;
          Arrays.fill(to, end, at, 0f);
          continue;
        }
        for (int j = 0; j < columns.size; j++, at += count) {
          int x = columns.pixel(column, j);
          if (isInside(y, x)) {
            int pixel = start + y * distance + x * channels + first;
            System.arraycopy(from, pixel, to, at, count);
          } else {
            Arrays.fill(to, at, at + count, 0f);
          }
        }
      }
    }
    return at;
  }

  private int fold(
      int row, float[] from, int next, float[] to, int start, int distance, int first, int count) {
    boolean isDense = isDense(count);
    int at = next;
    for (int column = 0; column < columns.places; column++) {
      int left = columns.pixel(column, 0);
      for (int i = 0; i < rows.size; i++) {
        int y = rows.pixel(row, i);
        if (isDense) {
          int pixel = start + y * distance + left * channels;
          int end = end(y, left) * channels;
          for (int j = begin(y, left) * channels; j < end; j++) {
            to[pixel + j] += from[at + j];
          }
          at += columns.size * channels;
          continue;
        }
        for (int j = 0; j < columns.size; j++, at += count) {
          int x = columns.pixel(column, j);
          if (isInside(y, x)) {
            int pixel = start + y * distance + x * channels + first;
            for (int channel = 0; channel < count; channel++) {
              to[pixel + channel] += from[at + channel];
            }
          }
        }
      }
    }
    return at;
  }

  /** Returns whether one row of a window is contiguous in the image. */
  private boolean isDense(int count) {
    return columns.dilation == 1 && count == channels;
  }

  /** Returns the index in its row of the first pixel of a window that is inside the image. */
  private int begin(int y, int left) {
    return y < 0 || y >= height ? 0 : Math.min(columns.size, Math.max(0, -left));
  }

  /** Returns the index after the last pixel of a row of a window that is inside the image. */
  private int end(int y, int left) {
    return y < 0 || y >= height
        ? 0
        : Math.max(begin(y, left), Math.min(columns.size, width - left));
  }

  boolean isInside(int y, int x) {
    return y >= 0 && y < height && x >= 0 && x < width;
  }
}
