package org.unroll.layers.convolution;

import java.util.Arrays;
import org.unroll.network.Padding;

/**
 * The windows of a convolution over images, laid out as the rows of a matrix, so that the
 * convolution is a product with the kernel ("im2col"): one row for each image and place of the
 * window, in it the window's pixels row by row, each with its channels; zeros where the window lies
 * beyond the edge.
 *
 * @param height the rows of an image
 * @param width its columns
 * @param channels the values of a pixel
 * @param rows where the window begins and what it looks at, along the rows
 * @param columns the same along the columns
 */
public record Patches(int height, int width, int channels, Axis rows, Axis columns) {
  /**
   * A window along one axis.
   *
   * @param places the number of places it stands at
   * @param size how many pixels it looks at
   * @param stride how far apart its places are
   * @param dilation how far apart its pixels are
   * @param before how far before the edge the first place begins
   */
  public record Axis(int places, int size, int stride, int dilation, int before) {
    public static Axis of(Padding padding, int length, int size, int stride, int dilation) {
      int window = (size - 1) * dilation + 1;
      return new Axis(
          padding.windows(length, window, stride),
          size,
          stride,
          dilation,
          padding.before(length, window, stride));
    }

    int pixel(int place, int i) {
      return place * stride - before + i * dilation;
    }
  }

  /** The number of places in an image. */
  public int places() {
    return rows.places * columns.places;
  }

  /** The number of values in a window. */
  public int size() {
    return rows.size * columns.size * channels;
  }

  /** Copies the windows of some images, one behind the other, into the rows of a matrix. */
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

  /** {@link #unfold} backwards: adds what the windows hold to the images. */
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
