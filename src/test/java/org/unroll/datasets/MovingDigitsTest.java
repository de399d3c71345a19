package org.unroll.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.data.Samples;
import org.unroll.data.Shape;

class MovingDigitsTest {
  /** Pixels of the ten bitmaps, counted by hand. */
  private static final int[] PIXELS = {19, 10, 14, 15, 14, 17, 15, 11, 17, 15};

  @Test
  void bouncesOffBothBorders() {
    // 0.25 − 0.75 is below 0: the digit is placed on the border, and the next step leads away.
    assertArrayEquals(
        new double[] {1, 0.25, 0, 0.75, 1.5}, MovingDigits.path(1, -0.75, 9, 5), 1e-12);
    assertArrayEquals(new double[] {7.5, 8.5, 9, 8, 7, 6}, MovingDigits.path(7.5, 1, 9, 6), 1e-12);
    // On a border exactly, and from one border to the other.
    assertArrayEquals(new double[] {1, 0, 1, 2, 1}, MovingDigits.path(1, -1, 2, 5), 1e-12);
  }

  @Test
  void movesByASpeedOfTheRange() {
    MovingDigits videos = MovingDigits.of(50, 5).digits(2).speed(0.7, 0.9);
    int free = 0;
    for (int i = 0; i < videos.size(); i++) {
      for (MovingDigits.Track track : videos.tracks(i)) {
        for (int t = 0; t < 11; t++) {
          assertTrue(track.rows()[t] >= 0 && track.rows()[t] <= 9, track::toString);
          assertTrue(track.columns()[t] >= 0 && track.columns()[t] <= 11, track::toString);
        }
        double down = track.rows()[1] - track.rows()[0];
        double right = track.columns()[1] - track.columns()[0];
        if (inside(track.rows()[1], 9) && inside(track.columns()[1], 11)) {
          double speed = Math.hypot(down, right);
          assertTrue(speed >= 0.7 - 1e-9 && speed <= 0.9 + 1e-9, () -> "speed " + speed);
          free++;
        }
      }
    }
    assertTrue(free > 50, "digits that do not bounce in the first step: " + free);
  }

  private static boolean inside(double position, double limit) {
    return position > 0 && position < limit;
  }

  /** The intensities have the sum of the bitmap, and their center moves as the digit does. */
  @Test
  void drawsEachDigitWhereItIs() {
    MovingDigits videos = MovingDigits.of(60, 2).frameSize(20);
    boolean[] seen = new boolean[10];
    for (int i = 0; i < videos.size(); i++) {
      MovingDigits.Track track = videos.tracks(i).get(0);
      double[][][][] frames = videos.frames(i);
      double[] first = center(frames[0]);
      for (int t = 0; t < 11; t++) {
        double[] center = center(frames[t]);
        assertEquals(PIXELS[track.digit()], center[2], 1e-9);
        assertEquals(track.rows()[t] - track.rows()[0], center[0] - first[0], 1e-9);
        assertEquals(track.columns()[t] - track.columns()[0], center[1] - first[1], 1e-9);
      }
      seen[track.digit()] = true;
    }
    for (boolean digit : seen) {
      assertTrue(digit, () -> Arrays.toString(seen));
    }
  }

  /** Returns the row and the column of the center of mass, and the mass. */
  private static double[] center(double[][][] frame) {
    double mass = 0;
    double row = 0;
    double column = 0;
    for (int r = 0; r < frame.length; r++) {
      for (int c = 0; c < frame[r].length; c++) {
        double value = frame[r][c][0];
        assertTrue(value >= 0 && value <= 1, () -> "intensity " + value);
        mass += value;
        row += r * value;
        column += c * value;
      }
    }
    return new double[] {row / mass, column / mass, mass};
  }

  @Test
  void showsTheBrighterOfTwoDigits() {
    MovingDigits both = MovingDigits.of(20, 3).digits(2);
    // The first digit of a video has the same draws without the second.
    MovingDigits first = MovingDigits.of(20, 3);
    int overlapping = 0;
    for (int i = 0; i < both.size(); i++) {
      double[][][] one = first.frames(i)[0];
      double[][][] two = both.frames(i)[0];
      List<MovingDigits.Track> tracks = both.tracks(i);
      assertEquals(tracks.get(0).digit(), first.tracks(i).get(0).digit());
      double mass = PIXELS[tracks.get(0).digit()] + PIXELS[tracks.get(1).digit()];
      for (int r = 0; r < 16; r++) {
        for (int c = 0; c < 16; c++) {
          assertTrue(two[r][c][0] >= one[r][c][0] && two[r][c][0] <= 1);
        }
      }
      double seen = center(two)[2];
      assertTrue(seen <= mass + 1e-9, "brighter than both digits");
      overlapping += seen < mass - 1e-6 ? 1 : 0;
    }
    assertTrue(overlapping > 0 && overlapping < 20, "overlapping digits: " + overlapping);
  }

  @Test
  void theSeedDeterminesTheVideos() {
    MovingDigits videos = MovingDigits.of(3, 9);
    assertTrue(Arrays.deepEquals(videos.frames(1), videos.frames(1)));
    assertTrue(Arrays.deepEquals(videos.frames(1), MovingDigits.of(2, 9).frames(1)));
    assertFalse(Arrays.deepEquals(videos.frames(1), videos.frames(2)));
    assertFalse(Arrays.deepEquals(videos.frames(1), MovingDigits.of(3, 10).frames(1)));
    // Speed 0: nothing moves.
    double[][][][] still = videos.speed(0, 0).frames(0);
    assertTrue(Arrays.deepEquals(still[0], still[10]));
  }

  @Test
  void samplesAreFramesAndTheFramesThatFollow() {
    MovingDigits videos = MovingDigits.of(4, 6).frameSize(24).length(8);
    Samples samples = videos.samples();
    assertEquals(4, samples.size());
    assertEquals(Shape.of(7, 24, 24, 1), samples.inputShape());
    assertEquals(Shape.of(7, 24, 24, 1), samples.targetShape());
    float[] input = new float[7 * 24 * 24];
    float[] target = new float[input.length];
    samples.copyInput(2, input, 0, 1);
    samples.copyTarget(2, target, 0);
    double[][][][] frames = videos.frames(2);
    for (int t = 0; t < 7; t++) {
      for (int r = 0; r < 24; r++) {
        for (int c = 0; c < 24; c++) {
          int at = (t * 24 + r) * 24 + c;
          assertEquals((float) frames[t][r][c][0], input[at]);
          assertEquals((float) frames[t + 1][r][c][0], target[at]);
        }
      }
    }
  }

  @Test
  void putsFramesNextToEachOther() {
    double[][][][] frames = {{{{1}, {2}}, {{3}, {4}}}, {{{5}, {6}}, {{7}, {8}}}};
    assertArrayEquals(
        new double[][] {{1, 2, Double.NaN, 5, 6}, {3, 4, Double.NaN, 7, 8}},
        MovingDigits.strip(frames));
    assertEquals(
        "There must be at least one frame, but there is none.",
        message(() -> MovingDigits.strip(new double[0][][][])));
    assertEquals(
        "All frames must have the same size, but frame 0 has 2 × 2 pixels and frame 1 has 1 × 2.",
        message(() -> MovingDigits.strip(new double[][][][] {frames[0], {{{1}, {2}}}})));
  }

  @Test
  void rejectsInvalidSettings() {
    MovingDigits videos = MovingDigits.of(2, 1);
    assertEquals("videos must be at least 1, but was 0.", message(() -> MovingDigits.of(0, 1)));
    assertEquals("digits must be at least 1, but was 0.", message(() -> videos.digits(0)));
    assertEquals("frameSize must be at least 8, but was 7.", message(() -> videos.frameSize(7)));
    assertEquals("length must be at least 2, but was 1.", message(() -> videos.length(1)));
    for (double[] range : new double[][] {{-1, 1}, {2, 1}, {0, Double.NaN}}) {
      assertEquals(
          "Speeds must be finite and at least 0, the lowest not above the highest, but were "
              + range[0]
              + " and "
              + range[1]
              + " pixels per step.",
          message(() -> videos.speed(range[0], range[1])));
    }
    assertEquals(
        "The number of a video must be between 0 and 1, but was 2.",
        assertThrows(IndexOutOfBoundsException.class, () -> videos.frames(2)).getMessage());
    assertEquals(
        "2 videos of 11 frames of 16 × 16 pixels with 1 digit, 0.5 to 1.5 pixels per step",
        videos.toString());
  }

  private static String message(org.junit.jupiter.api.function.Executable code) {
    return assertThrows(IllegalArgumentException.class, code).getMessage();
  }
}
