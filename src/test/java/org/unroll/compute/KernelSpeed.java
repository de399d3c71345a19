package org.unroll.compute;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;

/**
 * How fast the kernels are on the shapes of a recurrent layer of 32 units, each implementation
 * beside EJML in one run. Run by hand, on an otherwise idle machine; not a test.
 */
final class KernelSpeed {
  private static final int ROUNDS = 15;
  private static final double SECONDS_PER_ROUND = 0.02;
  private static final Random RANDOM = new Random(1);

  private record Case(String name, String unit, double amount, boolean rate, Runnable work) {}

  private KernelSpeed() {}

  /**
   * Prints a line per case: minimum and median over the rounds.
   *
   * @param args only cases whose name contains the first argument
   */
  public static void main(String[] args) {
    System.out.println(Compute.describe());
    List<Case> cases = new ArrayList<>();
    for (Kernels kernels : Compute.implementations()) {
      String name = kernels instanceof ScalarKernels ? "scalar" : "vector";
      addProducts(cases, name, kernels);
      addSteps(cases, name, kernels);
    }
    addEjml(cases);
    String filter = args.length == 0 ? "" : args[0];
    cases.removeIf(c -> !c.name().contains(filter));
    cases.sort(java.util.Comparator.comparing(c -> c.name().substring(c.name().indexOf(' '))));

    double[][] seconds = new double[cases.size()][ROUNDS];
    for (Case c : cases) {
      measure(c.work(), 2);
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < cases.size(); i++) {
        seconds[i][round] = measure(cases.get(i).work(), SECONDS_PER_ROUND);
      }
    }
    for (int i = 0; i < cases.size(); i++) {
      Case c = cases.get(i);
      Arrays.sort(seconds[i]);
      double best = seconds[i][0];
      double median = seconds[i][ROUNDS / 2];
      System.out.printf(
          Locale.ROOT,
          "%-52s %9.2f (median %9.2f) %s%n",
          c.name(),
          c.rate() ? c.amount() / best * 1e-9 : best / c.amount() * 1e9,
          c.rate() ? c.amount() / median * 1e-9 : median / c.amount() * 1e9,
          c.unit());
    }
  }

  private static double measure(Runnable work, double atLeast) {
    long runs = 0;
    long start = System.nanoTime();
    long now;
    do {
      for (int i = 0; i < 8; i++) {
        work.run();
      }
      runs += 8;
      now = System.nanoTime();
    } while (now - start < atLeast * 1e9);
    return (now - start) * 1e-9 / runs;
  }

  private static void addProducts(List<Case> cases, String name, Kernels kernels) {
    int[][] shapes = {
      {1, 96, 32},
      {16, 96, 14},
      {32, 96, 14},
      {16, 96, 32},
      {32, 96, 32},
      {16, 128, 32},
      {32, 128, 14},
      {32, 128, 32},
      {32, 128, 256},
      {32, 32, 128},
      {32, 100, 32},
      {32, 10, 32},
      {32, 1, 32},
      {32, 2048, 512}
    };
    for (int[] s : shapes) {
      int m = s[0];
      int n = s[1];
      int k = s[2];
      float[] a = random(m * k);
      float[] b = random(k * n);
      float[] c = new float[m * n];
      cases.add(
          new Case(
              name + " multiply " + m + "x" + k + " " + k + "x" + n,
              "GFLOP/s",
              2.0 * m * n * k,
              true,
              () -> kernels.multiply(m, n, k, a, 0, k, b, 0, n, c, 0, n, true)));
    }
    int[][] transposed = {
      {7680, 96, 14},
      {7680, 128, 14},
      {7680, 96, 32},
      {7680, 128, 32},
      {7680, 128, 256},
      {32, 128, 32},
      {7680, 10, 32},
      {7680, 1, 32}
    };
    for (int[] s : transposed) {
      int m = s[0];
      int n = s[1];
      int k = s[2];
      float[] a = random(m * k);
      float[] b = random(m * n);
      float[] c = new float[k * n];
      cases.add(
          new Case(
              name + " multiplyTransposed " + m + " " + k + "x" + n,
              "GFLOP/s",
              2.0 * m * n * k,
              true,
              () -> kernels.multiplyTransposed(m, n, k, a, 0, k, b, 0, n, c, 0, n, false)));
    }
  }

  private static void addSteps(List<Case> cases, String name, Kernels kernels) {
    int size = 32 * 128;
    float[] x = random(size);
    float[] y = new float[size];
    for (Activation f : Activation.values()) {
      cases.add(
          new Case(
              name + " activate " + f.kerasName(),
              "ns/element",
              size,
              false,
              () -> kernels.activate(f, 32, 128, x, 0, 128, y, 0, 128)));
    }
    for (int units : new int[] {8, 32, 33, 100}) {
      int rows = 32;
      int n = rows * units;
      float[] given = random(4 * n);
      float[] gates = new float[4 * n];
      float[] inner = random(n);
      float[] innerUsed = new float[n];
      float[] before = random(n);
      float[] c = new float[n];
      float[] a = new float[n];
      float[] h = new float[n];
      float[] dh = random(n);
      float[] dc = new float[n];
      cases.add(
          new Case(
              name + " lstm forward " + units,
              "ns/unit",
              n,
              false,
              () -> {
                System.arraycopy(given, 0, gates, 0, 4 * n);
                kernels.lstmForward(
                    Activation.TANH,
                    Activation.SIGMOID,
                    rows,
                    units,
                    gates,
                    0,
                    before,
                    0,
                    c,
                    0,
                    a,
                    0,
                    h,
                    0);
              }));
      cases.add(
          new Case(
              name + " lstm backward " + units,
              "ns/unit",
              n,
              false,
              () -> {
                System.arraycopy(given, 0, gates, 0, 4 * n);
                System.arraycopy(before, 0, dc, 0, n);
                kernels.lstmBackward(
                    Activation.TANH,
                    Activation.SIGMOID,
                    rows,
                    units,
                    null,
                    gates,
                    0,
                    before,
                    0,
                    c,
                    0,
                    a,
                    0,
                    dh,
                    0,
                    dc,
                    0);
              }));
      cases.add(
          new Case(
              name + " gru forward " + units,
              "ns/unit",
              n,
              false,
              () -> {
                System.arraycopy(given, 0, gates, 0, 3 * n);
                kernels.gruForward(
                    Activation.TANH,
                    Activation.SIGMOID,
                    rows,
                    units,
                    gates,
                    0,
                    inner,
                    0,
                    null,
                    before,
                    0,
                    h,
                    0);
              }));
      cases.add(
          new Case(
              name + " gru backward " + units,
              "ns/unit",
              n,
              false,
              () -> {
                System.arraycopy(given, 0, gates, 0, 3 * n);
                System.arraycopy(inner, 0, innerUsed, 0, n);
                kernels.gruBackward(
                    Activation.TANH,
                    Activation.SIGMOID,
                    rows,
                    units,
                    null,
                    gates,
                    0,
                    innerUsed,
                    0,
                    before,
                    0,
                    dh,
                    0,
                    dc,
                    0);
              }));
    }
    float[] mask = new float[1024];
    if (name.equals("scalar")) {
      cases.add(
          new Case(
              "any dropout mask",
              "ns/element",
              1024,
              false,
              () -> CounterRandom.fillDropoutMask(7, 0.2, 1024, mask, 0)));
    }
  }

  private static void addEjml(List<Case> cases) {
    int[][] shapes = {{16, 96, 14}, {32, 128, 14}, {32, 96, 32}, {32, 128, 32}, {32, 128, 256}};
    for (int[] s : shapes) {
      int m = s[0];
      int n = s[1];
      int k = s[2];
      FMatrixRMaj a = new FMatrixRMaj(m, k, true, random(m * k));
      FMatrixRMaj b = new FMatrixRMaj(k, n, true, random(k * n));
      FMatrixRMaj c = new FMatrixRMaj(m, n);
      cases.add(
          new Case(
              "EJML multiply " + m + "x" + k + " " + k + "x" + n,
              "GFLOP/s",
              2.0 * m * n * k,
              true,
              () -> CommonOps_FDRM.mult(a, b, c)));
    }
    int m = 7680;
    int n = 128;
    int k = 32;
    FMatrixRMaj a = new FMatrixRMaj(m, k, true, random(m * k));
    FMatrixRMaj b = new FMatrixRMaj(m, n, true, random(m * n));
    FMatrixRMaj c = new FMatrixRMaj(k, n);
    cases.add(
        new Case(
            "EJML multiplyTransposed " + m + " " + k + "x" + n,
            "GFLOP/s",
            2.0 * m * n * k,
            true,
            () -> CommonOps_FDRM.multTransA(a, b, c)));
  }

  private static float[] random(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = 4 * RANDOM.nextFloat() - 2;
    }
    return values;
  }
}
