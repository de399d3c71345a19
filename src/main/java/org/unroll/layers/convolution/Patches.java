package org.unroll.layers.convolution;

import java.util.Arrays;
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

  /** Returns the number of window positions in an image. */
  public int places() {
    return rows.places * columns.places;
  }

  /** Returns the number of values in a window. */
  public int size() {
    return rows.size * columns.size * channels;
  }

  /** Copies the windows of several images to the rows of a matrix. */
  public void unfold(int images, float[] from, int offset, float[] to) {
    int at = 0;
    for (int image = 0; image < images; image++) {
      int start = offset + image * height * width * channels;
      for (int row = 0; row < rows.places; row++) {
        for (int column = 0; column < columns.places; column++) {
          for (int i = 0; i < rows.size; i++) {
            int y = rows.pixel(row, i);
            for (int j = 0; j < columns.size; j++, at += channels) {
              int x = columns.pixel(column, j);
              if (isInside(y, x)) {
                System.arraycopy(from, start + (y * width + x) * channels, to, at, channels);
              } else {
                Arrays.fill(to, at, at + channels, 0f);
              }
            }
          }
        }
      }
    }
  }

  /** Adds the rows of a matrix to the windows of the images, the adjoint of {@link #unfold}. */
  public void fold(int images, float[] from, float[] to, int offset) {
    int at = 0;
    for (int image = 0; image < images; image++) {
      int start = offset + image * height * width * channels;
      for (int row = 0; row < rows.places; row++) {
        for (int column = 0; column < columns.places; column++) {
          for (int i = 0; i < rows.size; i++) {
            int y = rows.pixel(row, i);
            for (int j = 0; j < columns.size; j++, at += channels) {
              int x = columns.pixel(column, j);
              if (isInside(y, x)) {
                int pixel = start + (y * width + x) * channels;
                for (int channel = 0; channel < channels; channel++) {
                  to[pixel + channel] += from[at + channel];
                }
              }
            }
          }
        }
      }
    }
  }

  private boolean isInside(int y, int x) {
    return y >= 0 && y < height && x >= 0 && x < width;
  }
}
