package org.unroll.datasets;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.unroll.data.Samples;
import org.unroll.internal.SplitMix64;

/**
 * Synthetic videos of digits that move through a frame and bounce off its borders, for layers such
 * as {@code ConvLSTM2D}. A network must predict the next frame. One frame shows where a digit is,
 * but only several frames show where it is going.
 *
 * <pre>{@code
 * MovingDigits videos = MovingDigits.of(100, 1).digits(2);
 * Samples clips = videos.samples(); // inputs (10, 16, 16, 1), targets (10, 16, 16, 1)
 *
 * Sequential network = Sequential.of(
 *     input(10, 16, 16, 1),
 *     convLstm2D(4, 3).padding("same").returnSequences(true),
 *     timeDistributed(conv2D(1, 3).padding("same").activation("sigmoid")));
 * network.compile(adam(), mse());
 * }</pre>
 *
 * <p>The motion is that of Srivastava, Mansimov and Salakhutdinov, "Unsupervised learning of video
 * representations using LSTMs", 2015, arXiv:1502.04681 ("Moving MNIST"). The digit, its first
 * position, its direction and its speed are uniform, independent for each digit of a video. In each
 * step, the position changes by the velocity. A digit that would cross a border is placed on it,
 * and the velocity across this border is reversed:
 *
 * <pre>
 * p ← p + v
 * p ← 0, v ← −v        if p ≤ 0
 * p ← L, v ← −v        if p ≥ L
 * </pre>
 *
 * <p>L is the size of the frame less that of the digit. Where two digits overlap, the pixel has the
 * larger of their intensities. There are two differences from the paper: the digits are bitmaps of
 * 7 × 5 pixels instead of handwriting, and positions are not rounded to pixels. A digit between
 * pixels is drawn by bilinear interpolation, so the sum of its intensities is constant. Intensities
 * are from 0 (background) to 1.
 *
 * <p>Defaults: one digit, frames of 16 × 16 pixels, 11 frames per video, 0.5 to 1.5 pixels per
 * step. The same seed generates the same videos on every machine and JDK, and fewer videos are the
 * beginning of more. Use another seed for test videos. Immutable.
 */
public final class MovingDigits {
  private static final int ROWS = 7;
  private static final int COLUMNS = 5;

  /** The bitmaps of 0 to 9, with rows separated by spaces. */
  private static final List<String> BITMAPS =
      List.of(
          ".###. #...# #..## #.#.# ##..# #...# .###.",
          "..#.. .##.. ..#.. ..#.. ..#.. ..#.. .###.",
          ".###. #...# ....# ...#. ..#.. .#... #####",
          "####. ....# ....# .###. ....# ....# ####.",
          "...#. ..##. .#.#. #..#. ##### ...#. ...#.",
          "##### #.... ####. ....# ....# #...# .###.",
          "..##. .#... #.... ####. #...# #...# .###.",
          "##### ....# ...#. ..#.. .#... .#... .#...",
          ".###. #...# #...# .###. #...# #...# .###.",
          ".###. #...# #...# .#### ....# ...#. .##..");

  private final int count;
  private final long seed;
  private final int digits;
  private final int size;
  private final int length;
  private final double slowest;
  private final double fastest;

  /**
   * A digit of a video.
   *
   * @param digit from 0 to 9
   * @param rows the row of its upper border in each frame
   * @param columns the column of its left border in each frame
   */
  record Track(int digit, double[] rows, double[] columns) {}

  private MovingDigits(
      int count, long seed, int digits, int size, int length, double slowest, double fastest) {
    this.count = count;
    this.seed = seed;
    this.digits = digits;
    this.size = size;
    this.length = length;
    this.slowest = slowest;
    this.fastest = fastest;
  }

  /**
   * Creates videos with the default settings.
   *
   * @param videos the number of videos, at least 1
   * @param seed the seed of the videos
   * @throws IllegalArgumentException if {@code videos} is below 1
   */
  public static MovingDigits of(int videos, long seed) {
    return new MovingDigits(atLeast("videos", 1, videos), seed, 1, 16, 11, 0.5, 1.5);
  }

  /**
   * Sets the number of digits in each video.
   *
   * @param number at least 1
   * @throws IllegalArgumentException if the number is below 1
   */
  public MovingDigits digits(int number) {
    int checked = atLeast("digits", 1, number);
    return new MovingDigits(count, seed, checked, size, length, slowest, fastest);
  }

  /**
   * Sets the number of rows and columns of a frame.
   *
   * @param pixels at least 8, one more than the height of a digit
   * @throws IllegalArgumentException if the number is below 8
   */
  public MovingDigits frameSize(int pixels) {
    int checked = atLeast("frameSize", ROWS + 1, pixels);
    return new MovingDigits(count, seed, digits, checked, length, slowest, fastest);
  }

  /**
   * Sets the number of frames of a video, one more than the time steps of a sample.
   *
   * @param frames at least 2
   * @throws IllegalArgumentException if the number is below 2
   */
  public MovingDigits length(int frames) {
    int checked = atLeast("length", 2, frames);
    return new MovingDigits(count, seed, digits, size, checked, slowest, fastest);
  }

  /**
   * Sets the range of speeds. The speed of each digit is drawn uniformly from the range.
   *
   * @param lowest in pixels per step, at least 0
   * @param highest in pixels per step, at least {@code lowest}; equal to it for a single speed
   * @throws IllegalArgumentException if the range is negative, reversed or not finite
   */
  public MovingDigits speed(double lowest, double highest) {
    if (!(0 <= lowest && lowest <= highest && Double.isFinite(highest))) {
      throw new IllegalArgumentException(
          "Speeds must be finite and at least 0, the lowest not above the highest, but were "
              + lowest
              + " and "
              + highest
              + " pixels per step.");
    }
    return new MovingDigits(count, seed, digits, size, length, lowest, highest);
  }

  /** Returns the number of videos. */
  public int size() {
    return count;
  }

  /**
   * Returns the frames of a video as (time, rows, columns, 1). They are generated again at each
   * call.
   *
   * @param number the number of the video, counted from 0
   * @throws IndexOutOfBoundsException if there is no such video
   */
  public double[][][][] frames(int number) {
    double[][][][] frames = new double[length][size][size][1];
    for (Track track : tracks(number)) {
      for (int t = 0; t < length; t++) {
        draw(BITMAPS.get(track.digit), track.rows[t], track.columns[t], frames[t]);
      }
    }
    return frames;
  }

  /**
   * Returns all videos as samples for the prediction of the next frame. The inputs are the frames
   * without the last one, and the target of each time step is the frame that follows. Inputs and
   * targets have the shape (length − 1, rows, columns, 1).
   */
  public Samples samples() {
    double[][][][][] inputs = new double[count][][][][];
    double[][][][][] targets = new double[count][][][][];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              double[][][][] frames = frames(i);
              inputs[i] = Arrays.copyOfRange(frames, 0, length - 1);
              targets[i] = Arrays.copyOfRange(frames, 1, length);
            });
    return Samples.of(inputs).targets(targets);
  }

  /**
   * Returns frames next to each other as one matrix, with an empty column between them. {@code
   * Plots.heatMaps} draws such matrices below each other, for example predictions below the truth:
   *
   * <pre>{@code
   * double[][][][] truth = MovingDigits.of(1, 7).frames(0);
   * double[][] strip = MovingDigits.strip(truth);
   * Plots.heatMaps("Frames", "column", Map.of("truth", strip)).colorRange(0, 1);
   * }</pre>
   *
   * @param frames (time, rows, columns, channels), of which the first channel is shown, all of the
   *     same size
   * @return {@code [row][column]} with NaN in the empty columns
   * @throws IllegalArgumentException if there is no frame, or the sizes differ
   */
  public static double[][] strip(double[][][][] frames) {
    if (frames.length == 0) {
      throw new IllegalArgumentException("There must be at least one frame, but there is none.");
    }
    int rows = frames[0].length;
    int columns = frames[0][0].length;
    double[][] strip = new double[rows][frames.length * (columns + 1) - 1];
    for (int t = 0; t < frames.length; t++) {
      if (frames[t].length != rows || frames[t][0].length != columns) {
        throw new IllegalArgumentException(
            "All frames must have the same size, but frame 0 has %d × %d pixels and frame %d has %d × %d."
                .formatted(rows, columns, t, frames[t].length, frames[t][0].length));
      }
      int from = t * (columns + 1);
      for (int r = 0; r < rows; r++) {
        if (t > 0) {
          strip[r][from - 1] = Double.NaN;
        }
        for (int c = 0; c < columns; c++) {
          strip[r][from + c] = frames[t][r][c][0];
        }
      }
    }
    return strip;
  }

  List<Track> tracks(int number) {
    if (number < 0 || number >= count) {
      throw new IndexOutOfBoundsException(
          "The number of a video must be between 0 and "
              + (count - 1)
              + ", but was "
              + number
              + ".");
    }
    var random = new SplitMix64(SplitMix64.mix(SplitMix64.mix(seed) + number));
    List<Track> tracks = new ArrayList<>();
    for (int i = 0; i < digits; i++) {
      int digit = (int) (BITMAPS.size() * random.nextDouble());
      int down = size - ROWS;
      int right = size - COLUMNS;
      double row = down * random.nextDouble();
      double column = right * random.nextDouble();
      double angle = 2 * Math.PI * random.nextDouble();
      double speed = slowest + (fastest - slowest) * random.nextDouble();
      tracks.add(
          new Track(
              digit,
              path(row, speed * StrictMath.sin(angle), down, length),
              path(column, speed * StrictMath.cos(angle), right, length)));
    }
    return tracks;
  }

  /** Returns the positions along one axis, from 0 to {@code limit}. */
  static double[] path(double start, double velocity, double limit, int length) {
    double[] positions = new double[length];
    double position = start;
    double perStep = velocity;
    for (int t = 0; t < length; t++) {
      positions[t] = position;
      position += perStep;
      if (position <= 0 || position >= limit) {
        position = position <= 0 ? 0 : limit;
        perStep = -perStep;
      }
    }
    return positions;
  }

  private static void draw(String bitmap, double top, double left, double[][][] frame) {
    int row = (int) top;
    int column = (int) left;
    double down = top - row;
    double right = left - column;
    double[][] moved = new double[ROWS + 1][COLUMNS + 1];
    for (int r = 0; r < ROWS; r++) {
      for (int c = 0; c < COLUMNS; c++) {
        if (bitmap.charAt(r * (COLUMNS + 1) + c) == '#') {
          moved[r][c] += (1 - down) * (1 - right);
          moved[r][c + 1] += (1 - down) * right;
          moved[r + 1][c] += down * (1 - right);
          moved[r + 1][c + 1] += down * right;
        }
      }
    }
    // A digit on the lower or right border is not between pixels and has no row or column more.
    for (int r = 0; r <= ROWS && row + r < frame.length; r++) {
      for (int c = 0; c <= COLUMNS && column + c < frame.length; c++) {
        double[] pixel = frame[row + r][column + c];
        // Rounding errors can make a sum of four parts larger than 1.
        pixel[0] = Math.max(pixel[0], Math.min(1, moved[r][c]));
      }
    }
  }

  private static int atLeast(String name, int least, int value) {
    if (value < least) {
      throw new IllegalArgumentException(
          name + " must be at least " + least + ", but was " + value + ".");
    }
    return value;
  }

  @Override
  public String toString() {
    return "%d videos of %d frames of %d × %d pixels with %s, %s to %s pixels per step"
        .formatted(
            count,
            length,
            size,
            size,
            digits == 1 ? "1 digit" : digits + " digits",
            slowest,
            fastest);
  }
}
