package org.unroll.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares every implementation with double precision, on sizes that leave every kind of remainder.
 * Each matrix has a frame. The frame of an input contains NaN, so that a stray read shows in the
 * result. The frame of an output contains a sentinel that must not change.
 */
class KernelsTest {
  private static final int[] SIZES = {1, 2, 3, 7, 8, 9, 15, 17, 31, 33, 100};
  private static final float SENTINEL = -12345.5f;
  private static final List<Activation> ELEMENTWISE =
      Arrays.stream(Activation.values()).filter(f -> !f.isRowWise()).toList();

  /** Without the exponential, whose error grows with its argument and which no cell uses. */
  private static final List<Activation> IN_CELLS =
      ELEMENTWISE.stream().filter(f -> f != Activation.EXPONENTIAL).toList();

  static List<Kernels> implementations() {
    return AllKernels.implementations();
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void multipliesMatricesOfAnySize(Kernels kernels) {
    for (int m : new int[] {1, 3, 8, 17, 33}) {
      for (int k : new int[] {1, 7, 9, 31, 100}) {
        for (int n : SIZES) {
          checkProduct(kernels, false, m, n, k, (m + n + k) % 4 < 2);
        }
        checkProduct(kernels, false, m, 150, k, k % 4 < 2); // several tiles of a row
      }
    }
  }

  /** AVX2 has half as many registers, and the tiles are smaller. */
  @ParameterizedTest
  @ValueSource(strings = {"-XX:UseAVX=2", "-XX:MaxVectorSize=16"})
  void multipliesWithOtherVectorsAndRegisters(String option) throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"));
    String line = NewJvm.run(Products.class, "--add-modules=jdk.incubator.vector", option);
    assertEquals("correct", line);
  }

  /** Checks products with the vectors of another JVM. */
  static final class Products {
    private Products() {}

    public static void main(String[] args) {
      new KernelsTest().multipliesMatricesOfAnySize(Compute.kernels());
      System.out.println("correct");
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void setsOnlyTinyValuesToZero(Kernels kernels) {
    float[] kept = {1e-30f, -1e-30f, 1.1e-30f, -3f, Float.MAX_VALUE, Float.NEGATIVE_INFINITY};
    float[] tiny = {9.9e-31f, -9.9e-31f, Float.MIN_NORMAL, -Float.MIN_VALUE, 0f, -0f};
    for (int n : SIZES) {
      float[] values = new float[n + 2];
      float[] expected = new float[n + 2];
      Arrays.fill(values, Float.MIN_VALUE);
      Arrays.fill(expected, Float.MIN_VALUE);
      for (int i = 0; i < n; i++) {
        boolean keep = i % 3 == 0;
        values[1 + i] = keep ? kept[i / 3 % kept.length] : tiny[i % tiny.length];
        expected[1 + i] = keep ? values[1 + i] : 0f;
      }
      kernels.flushToZero(n, values, 1);
      for (int i = 0; i < values.length; i++) {
        assertEquals(expected[i], values[i] + 0f, n + " values, number " + i);
      }
    }
    float[] invalid = {Float.NaN};
    kernels.flushToZero(1, invalid, 0);
    assertTrue(Float.isNaN(invalid[0]));
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void multipliesAndAddsABiasOfAnySize(Kernels kernels) {
    for (int m : new int[] {1, 9}) {
      for (int n : SIZES) {
        for (int k : new int[] {1, 31, 300}) {
          checkProductWithBias(kernels, m, n, k);
        }
      }
    }
  }

  private static void checkProductWithBias(Kernels kernels, int m, int n, int k) {
    Random random = new Random(m * 1_000_003L + n * 1009L + k);
    Framed a = Framed.random(random, m, k, 5, k + 3);
    Framed b = Framed.random(random, k, n, 2, n + 1);
    Framed bias = Framed.random(random, 1, n, 3, n);
    Framed c = Framed.result(m, n, 7, n + 2);
    kernels.multiplyAddRow(a.view, b.view, bias.view, c.view);
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double expected = bias.get(0, j);
        double magnitude = Math.abs(expected);
        for (int p = 0; p < k; p++) {
          double term = (double) a.get(i, p) * b.get(p, j);
          expected += term;
          magnitude += Math.abs(term);
        }
        double tolerance = 1.2e-7 * magnitude * (2 + Math.sqrt(k));
        assertEquals(expected, c.get(i, j), tolerance, m + "x" + n + "x" + k);
      }
    }
    c.assertFrameUntouched();
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void multipliesTransposedMatricesOfAnySize(Kernels kernels) {
    for (int m : new int[] {1, 3, 8, 17, 33}) {
      for (int n : SIZES) {
        for (int k : new int[] {1, 7, 9, 31, 100}) {
          checkProduct(kernels, true, m, n, k, (m + n + k) % 4 < 2);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void multipliesLargeMatrices(Kernels kernels) {
    for (int[] size : new int[][] {{32, 512, 300}, {5, 1030, 130}, {70, 130, 515}, {1, 96, 700}}) {
      checkProduct(kernels, false, size[0], size[1], size[2], true);
    }
    for (int[] size : new int[][] {{3000, 96, 32}, {1111, 530, 65}, {700, 1, 257}}) {
      checkProduct(kernels, true, size[0], size[1], size[2], true);
    }
  }

  private static void checkProduct(
      Kernels kernels, boolean transposed, int m, int n, int k, boolean accumulate) {
    Random random = new Random(m * 1_000_003L + n * 1009L + k);
    int aRows = m;
    int cRows = transposed ? k : m;
    int bRows = transposed ? m : k;
    int summed = transposed ? m : k;
    Framed a = Framed.random(random, aRows, k, 5, k + 3);
    Framed b = Framed.random(random, bRows, n, 2, n + 1);
    Framed c = Framed.result(cRows, n, 7, n + 2);
    double[] before = new double[cRows * n];
    if (accumulate) {
      c.fill(random);
      for (int i = 0; i < before.length; i++) {
        before[i] = c.get(i / n, i % n);
      }
    }
    if (transposed) {
      kernels.multiplyTransposed(a.view, b.view, c.view, accumulate);
    } else {
      kernels.multiply(a.view, b.view, c.view, accumulate);
    }
    for (int i = 0; i < cRows; i++) {
      for (int j = 0; j < n; j++) {
        double expected = before[i * n + j];
        double magnitude = Math.abs(expected);
        for (int p = 0; p < summed; p++) {
          double term = (double) (transposed ? a.get(p, i) : a.get(i, p)) * b.get(p, j);
          expected += term;
          magnitude += Math.abs(term);
        }
        // The error of a float32 sum of s terms is at most about s/2 roundings of its partial sums.
        double tolerance = 1.2e-7 * magnitude * (2 + Math.sqrt(summed));
        double actual = c.get(i, j);
        if (!(Math.abs(actual - expected) <= tolerance)) {
          assertEquals(
              expected,
              actual,
              tolerance,
              String.format(
                  "%s: m %d, n %d, k %d, transposed %b, accumulate %b, at (%d, %d)",
                  kernels.description(), m, n, k, transposed, accumulate, i, j));
        }
      }
    }
    c.assertFrameUntouched();
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void transposesMatricesOfAnySize(Kernels kernels) {
    for (int rows : SIZES) {
      for (int columns : SIZES) {
        Framed a = Framed.random(new Random(rows * 31L + columns), rows, columns, 3, columns);
        Framed out = Framed.result(columns, rows, 4, rows);
        kernels.transpose(rows, columns, a.values, a.offset, out.values, out.offset);
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < columns; j++) {
            assertEquals(a.get(i, j), out.get(j, i));
          }
        }
        out.assertFrameUntouched();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void fillsSumsAndAddsRows(Kernels kernels) {
    for (int rows : SIZES) {
      for (int width : SIZES) {
        Random random = new Random(rows * 31L + width);
        Framed row = Framed.random(random, 1, width, 2, width);
        Framed filled = Framed.result(rows, width, 6, width + 4);
        kernels.fillRows(row.view, filled.view);
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < width; j++) {
            assertEquals(row.get(0, j), filled.get(i, j));
          }
        }
        filled.assertFrameUntouched();

        Framed a = Framed.random(random, rows, width, 1, width + 2);
        Framed sum = Framed.result(1, width, 3, width);
        kernels.sumRows(a.view, sum.view);
        for (int j = 0; j < width; j++) {
          assertEquals(a.sumOfColumn(j), sum.get(0, j), 1e-6 * rows);
        }
        kernels.add(width, row.values, row.offset, sum.values, sum.offset);
        for (int j = 0; j < width; j++) {
          assertEquals(a.sumOfColumn(j) + row.get(0, j), sum.get(0, j), 2e-6 * rows);
        }
        for (int j = 0; j < width; j++) {
          sum.values[sum.offset + j] = 1;
        }
        kernels.addSquares(width, row.values, row.offset, sum.values, sum.offset);
        for (int j = 0; j < width; j++) {
          assertEquals(1 + (double) row.get(0, j) * row.get(0, j), sum.get(0, j), 2e-7);
        }
        sum.assertFrameUntouched();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void multipliesElementsAlsoInPlace(Kernels kernels) {
    for (int rows : new int[] {1, 3, 8}) {
      for (int width : SIZES) {
        Random random = new Random(rows * 31L + width);
        Framed a = Framed.random(random, rows, width, 2, width + 1);
        Framed b = Framed.random(random, rows, width, 0, width);
        Framed out = Framed.result(rows, width, 1, width + 3);
        multiplyElements(kernels, a, b, out, false);
        assertProduct(a, b, out, 1);
        multiplyElements(kernels, a, b, out, true);
        assertProduct(a, b, out, 2);
        out.assertFrameUntouched();

        multiplyElements(kernels, a, b, a, false);
        assertProduct(out, 0.5, a);
      }
    }
  }

  private static void multiplyElements(
      Kernels kernels, Framed a, Framed b, Framed out, boolean accumulate) {
    kernels.multiplyElements(a.view, b.view, out.view, accumulate);
  }

  private static void assertProduct(Framed a, Framed b, Framed out, int times) {
    for (int i = 0; i < a.rows; i++) {
      for (int j = 0; j < a.width; j++) {
        assertClose((double) times * a.get(i, j) * b.get(i, j), out.get(i, j), 2e-7, 0, "product");
      }
    }
  }

  private static void assertProduct(Framed a, double factor, Framed out) {
    for (int i = 0; i < a.rows; i++) {
      for (int j = 0; j < a.width; j++) {
        assertClose(factor * a.get(i, j), out.get(i, j), 4e-7, 0, "product in place");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void computesActivationsAndDerivativesOfAnySize(Kernels kernels) {
    for (Activation f : ELEMENTWISE) {
      for (int width : SIZES) {
        int rows = 3;
        Random random = new Random(f.name().hashCode() * 101L + width);
        Framed x = Framed.random(random, rows, width, 2, width + 1);
        x.scale(8);
        Framed y = Framed.result(rows, width, 3, width + 2);
        Framed gradient = Framed.result(rows, width, 1, width + 4);
        gradient.fill(random);
        Framed given = gradient.copy();
        kernels.activate(f, x.view, y.view);
        kernels.activateBackward(
            f, f.derivativeNeedsInput() ? x.view : null, y.view, gradient.view);
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < width; j++) {
            double at = x.get(i, j);
            String what = kernels.description() + ": " + f + "(" + at + ")";
            assertClose(Reference.activation(f, at), y.get(i, j), 1e-6, 1e-7, what);
            double slope = Reference.derivative(f, at);
            // Derivatives such as 1 - y² have the absolute error of the output y.
            assertClose(
                given.get(i, j) * slope, gradient.get(i, j), 3e-6, 1e-6, what + " backwards");
          }
        }
        y.assertFrameUntouched();
        gradient.assertFrameUntouched();

        kernels.activate(f, x.view, x.view);
        for (int i = 0; i < rows; i++) {
          for (int j = 0; j < width; j++) {
            assertEquals(y.get(i, j), x.get(i, j), f + " in place");
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void computesSoftmaxOfAnyWidth(Kernels kernels) {
    for (int width : SIZES) {
      int rows = 3;
      Random random = new Random(width);
      Framed x = Framed.random(random, rows, width, 2, width + 1);
      x.scale(20);
      Framed y = Framed.result(rows, width, 3, width + 2);
      Framed gradient = Framed.result(rows, width, 1, width + 4);
      gradient.fill(random);
      Framed given = gradient.copy();
      kernels.activate(Activation.SOFTMAX, x.view, y.view);
      kernels.activateBackward(Activation.SOFTMAX, null, y.view, gradient.view);
      for (int i = 0; i < rows; i++) {
        int row = i;
        double[] at = x.row(i);
        double[] expected = Reference.softmax(at);
        ToDoubleFunction<double[]> loss =
            p -> {
              double[] soft = Reference.softmax(p);
              double sum = 0;
              for (int j = 0; j < width; j++) {
                sum += given.get(row, j) * soft[j];
              }
              return sum;
            };
        for (int j = 0; j < width; j++) {
          assertClose(expected[j], y.get(i, j), 3e-6, 1e-30, "softmax");
          assertClose(slope(loss, at, j), gradient.get(i, j), 1e-5, 1e-6, "softmax backwards");
        }
      }
      y.assertFrameUntouched();
      gradient.assertFrameUntouched();
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void softmaxOfLargeInputsStaysFinite(Kernels kernels) {
    float[] x = {1000, 999, -1000, -3e38f, 1000};
    kernels.softmax(5, x, 0, x, 0);
    double[] expected = Reference.softmax(new double[] {1000, 999, -1000, -3e38, 1000});
    for (int j = 0; j < 5; j++) {
      assertClose(expected[j], x[j], 1e-6, 1e-30, "softmax");
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void softmaxOfNaNIsNaN(Kernels kernels) {
    int width = 37;
    for (int at : new int[] {0, 5, 36}) {
      float[] x = new float[2 * width];
      x[at] = Float.NaN;
      Matrix rows = new Matrix().set(x, 0, 2, width);
      kernels.activate(Activation.SOFTMAX, rows, rows);
      for (int j = 0; j < width; j++) {
        assertEquals(Float.NaN, x[j]);
        assertClose(1.0 / width, x[width + j], 1e-6, 0, "the other row");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void computesLstmStepsOfAnySize(Kernels kernels) {
    for (int rows : new int[] {1, 2, 5}) {
      for (int units : SIZES) {
        checkLstm(kernels, Activation.TANH, Activation.SIGMOID, rows, units);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void computesLstmStepsWithAnyActivations(Kernels kernels) {
    for (Activation activation : IN_CELLS) {
      for (Activation recurrent : IN_CELLS) {
        checkLstm(kernels, activation, recurrent, 2, 17);
      }
    }
  }

  private static void checkLstm(
      Kernels kernels, Activation act, Activation sigma, int rows, int units) {
    Random random =
        new Random(act.name().hashCode() * 1009L + sigma.name().hashCode() * 31L + rows + units);
    Framed gates = Framed.random(random, rows, 4 * units, 3, 4 * units);
    gates.scale(2);
    Framed pre = gates.copy();
    Framed cPrevious = Framed.random(random, rows, units, 1, units);
    Framed c = Framed.result(rows, units, 2, units);
    Framed a = Framed.result(rows, units, 5, units);
    Framed h = Framed.result(rows, units, 4, units);
    kernels.lstmForward(act, sigma, gates.view, cPrevious.view, c.view, a.view, h.view);
    String name = kernels.description() + ": LSTM " + act + "/" + sigma + " units " + units;
    double[][][] at = new double[rows][units][];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < units; j++) {
        double[] p = new double[5];
        for (int gate = 0; gate < 4; gate++) {
          p[gate] = pre.get(i, gate * units + j);
        }
        p[4] = cPrevious.get(i, j);
        at[i][j] = p;
        double[] expected = Reference.lstm(act, sigma, p);
        for (int gate = 0; gate < 4; gate++) {
          assertClose(expected[gate], gates.get(i, gate * units + j), 1e-6, 2e-7, name + " gates");
        }
        assertClose(expected[4], c.get(i, j), 3e-6, 1e-6, name + " c");
        assertClose(expected[5], a.get(i, j), 5e-6, 2e-6, name + " a");
        assertClose(expected[6], h.get(i, j), 5e-6, 2e-6, name + " h");
      }
    }
    for (Framed result : List.of(gates, c, a, h)) {
      result.assertFrameUntouched();
    }

    Framed dh = Framed.random(random, rows, units, 6, units);
    Framed dc = Framed.result(rows, units, 1, units);
    dc.fill(random);
    Framed dcLater = dc.copy();
    boolean needsInput = act.derivativeNeedsInput() || sigma.derivativeNeedsInput();
    kernels.lstmBackward(
        act,
        sigma,
        needsInput ? pre.view : null,
        gates.view,
        cPrevious.view,
        c.view,
        a.view,
        dh.view,
        dc.view);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < units; j++) {
        int row = i;
        int unit = j;
        ToDoubleFunction<double[]> loss =
            p -> {
              double[] step = Reference.lstm(act, sigma, p);
              return dh.get(row, unit) * step[6] + dcLater.get(row, unit) * step[4];
            };
        for (int gate = 0; gate < 4; gate++) {
          assertClose(
              slope(loss, at[i][j], gate),
              gates.get(i, gate * units + j),
              1e-5,
              5e-6,
              name + " d gate " + gate);
        }
        assertClose(slope(loss, at[i][j], 4), dc.get(i, j), 1e-5, 5e-6, name + " dc");
      }
    }
    gates.assertFrameUntouched();
    dc.assertFrameUntouched();
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void computesGruStepsOfAnySize(Kernels kernels) {
    for (int rows : new int[] {1, 2, 5}) {
      for (int units : SIZES) {
        checkGru(kernels, Activation.TANH, Activation.SIGMOID, rows, units);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void computesGruStepsWithAnyActivations(Kernels kernels) {
    for (Activation activation : IN_CELLS) {
      for (Activation recurrent : IN_CELLS) {
        checkGru(kernels, activation, recurrent, 2, 17);
      }
    }
  }

  private static void checkGru(
      Kernels kernels, Activation act, Activation sigma, int rows, int units) {
    Random random =
        new Random(act.name().hashCode() * 1009L + sigma.name().hashCode() * 31L + rows + units);
    Framed gates = Framed.random(random, rows, 3 * units, 3, 3 * units);
    Framed input = gates.copy();
    Framed inner = Framed.random(random, rows, units, 1, units);
    Framed state = inner.copy();
    Framed hPrevious = Framed.random(random, rows, units, 2, units);
    Framed h = Framed.result(rows, units, 5, units);
    boolean keep = (rows + units) % 2 == 0 || act.derivativeNeedsInput();
    keep |= sigma.derivativeNeedsInput();
    Framed pre = Framed.result(rows, 3 * units, gates.offset, gates.stride);
    kernels.gruForward(
        act, sigma, gates.view, inner.view, keep ? pre.view : null, hPrevious.view, h.view);
    String name = kernels.description() + ": GRU " + act + "/" + sigma + " units " + units;
    double[][][] at = new double[rows][units][];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < units; j++) {
        double[] p = new double[5];
        for (int gate = 0; gate < 3; gate++) {
          p[gate] = input.get(i, gate * units + j);
        }
        p[3] = state.get(i, j);
        assertEquals(p[3], inner.get(i, j), name + ": inner changed");
        p[4] = hPrevious.get(i, j);
        at[i][j] = p;
        double[] expected = Reference.gru(act, sigma, p);
        for (int gate = 0; gate < 3; gate++) {
          int column = gate * units + j;
          assertClose(expected[gate], gates.get(i, column), 5e-6, 1e-6, name + " gates");
          if (keep) {
            assertClose(expected[4 + gate], pre.get(i, column), 5e-6, 1e-6, name + " sums");
          }
        }
        assertClose(expected[3], h.get(i, j), 5e-6, 2e-6, name + " h");
      }
    }
    for (Framed result : List.of(gates, inner, h, pre)) {
      result.assertFrameUntouched();
    }

    Framed dh = Framed.random(random, rows, units, 6, units);
    Framed dhPrevious = Framed.result(rows, units, 1, units);
    kernels.gruBackward(
        act,
        sigma,
        keep ? pre.view : null,
        gates.view,
        inner.view,
        hPrevious.view,
        dh.view,
        dhPrevious.view);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < units; j++) {
        int row = i;
        int unit = j;
        ToDoubleFunction<double[]> loss = p -> dh.get(row, unit) * Reference.gru(act, sigma, p)[3];
        for (int gate = 0; gate < 3; gate++) {
          int column = gate * units + j;
          assertClose(
              slope(loss, at[i][j], gate), gates.get(i, column), 1e-5, 5e-6, name + " d" + gate);
        }
        assertClose(slope(loss, at[i][j], 3), inner.get(i, j), 1e-5, 5e-6, name + " d inner");
        assertClose(
            slope(loss, at[i][j], 4), dhPrevious.get(i, j), 1e-5, 5e-6, name + " dhPrevious");
      }
    }
    for (Framed result : List.of(gates, inner, dhPrevious)) {
      result.assertFrameUntouched();
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void gruOutputDoesNotChangeTheResetGate(Kernels kernels) {
    for (int units : SIZES) {
      int rows = 3;
      Random random = new Random(units);
      Framed gates = Framed.random(random, rows, 3 * units, 2, 3 * units);
      Framed hPrevious = Framed.random(random, rows, units, 1, units);
      Framed h = Framed.result(rows, units, 3, units);
      Framed dh = Framed.random(random, rows, units, 0, units);
      Framed dGates = Framed.result(rows, 3 * units, 4, 3 * units);
      Framed dhPrevious = Framed.result(rows, units, 2, units);
      kernels.gruOutput(gates.view, hPrevious.view, h.view);
      kernels.gruOutputBackward(gates.view, hPrevious.view, dh.view, dGates.view, dhPrevious.view);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < units; j++) {
          double z = gates.get(i, j);
          double g = gates.get(i, 2 * units + j);
          double before = hPrevious.get(i, j);
          double d = dh.get(i, j);
          assertClose(z * before + (1 - z) * g, h.get(i, j), 1e-6, 1e-6, "h");
          assertClose(d * (before - g), dGates.get(i, j), 1e-6, 1e-6, "dz");
          assertEquals(SENTINEL, dGates.get(i, units + j), "r block");
          assertClose(d * (1 - z), dGates.get(i, 2 * units + j), 1e-6, 1e-6, "dg");
          assertClose(d * z, dhPrevious.get(i, j), 1e-6, 1e-6, "dhPrevious");
        }
      }
      for (Framed result : List.of(h, dGates, dhPrevious)) {
        result.assertFrameUntouched();
      }
    }
  }

  /** Returns the central difference of {@code f} along one of its arguments. */
  private static double slope(ToDoubleFunction<double[]> f, double[] at, int argument) {
    double step = 1e-6;
    double[] moved = at.clone();
    moved[argument] = at[argument] + step;
    double above = f.applyAsDouble(moved);
    moved[argument] = at[argument] - step;
    return (above - f.applyAsDouble(moved)) / (2 * step);
  }

  private static void assertClose(
      double expected, double actual, double relative, double absolute, String what) {
    double tolerance = relative * Math.abs(expected) + absolute;
    if (!(Math.abs(expected - actual) <= tolerance)) {
      assertEquals(expected, actual, tolerance, what);
    }
  }

  /** A matrix with a frame: the values before it, between its rows and after it. */
  private static final class Framed {
    final int rows;
    final int width;
    final int offset;
    final int stride;
    final float[] values;
    final Matrix view = new Matrix();
    private final float frame;

    private Framed(int rows, int width, int offset, int stride, float frame) {
      this.rows = rows;
      this.width = width;
      this.offset = offset;
      this.stride = stride;
      this.frame = frame;
      values = new float[offset + rows * stride + 3];
      Arrays.fill(values, frame);
      view.set(values, offset, rows, width, stride);
    }

    static Framed random(Random random, int rows, int width, int offset, int stride) {
      Framed matrix = new Framed(rows, width, offset, stride, Float.NaN);
      matrix.fill(random);
      return matrix;
    }

    static Framed result(int rows, int width, int offset, int stride) {
      return new Framed(rows, width, offset, stride, SENTINEL);
    }

    Framed copy() {
      Framed copy = new Framed(rows, width, offset, stride, frame);
      System.arraycopy(values, 0, copy.values, 0, values.length);
      return copy;
    }

    void fill(Random random) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < width; j++) {
          values[offset + i * stride + j] = 2 * random.nextFloat() - 1;
        }
      }
    }

    void scale(float factor) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < width; j++) {
          values[offset + i * stride + j] *= factor;
        }
      }
    }

    float get(int row, int column) {
      return values[offset + row * stride + column];
    }

    double[] row(int row) {
      double[] values = new double[width];
      for (int j = 0; j < width; j++) {
        values[j] = get(row, j);
      }
      return values;
    }

    double sumOfColumn(int column) {
      double sum = 0;
      for (int i = 0; i < rows; i++) {
        sum += get(i, column);
      }
      return sum;
    }

    void assertFrameUntouched() {
      for (int at = 0; at < values.length; at++) {
        int column = (at - offset) % stride;
        boolean inside = at >= offset && at < offset + rows * stride && column < width;
        assertTrue(
            inside || Float.compare(values[at], frame) == 0,
            () -> "a value outside the matrix changed");
      }
    }
  }
}
