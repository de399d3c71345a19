package org.unroll.bench;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;

/**
 * Compares the matrix products of recurrent layers with EJML's. The column {@code flops} counts
 * multiplications and additions per nanosecond, so its unit is GFLOP/s.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Products {

  /** The shapes of A·B in a step or a slice: rows x inner x columns. */
  @State(Scope.Thread)
  public static class Forward {
    @Param({
      "1x32x96", "4x32x96", "32x14x96", "32x32x32", "32x32x96", "32x32x128", "32x256x128",
      "32x128x32", "32x32x1", "16x128x512", "16x512x2048"
    })
    String shape;

    final Kernels kernels = Compute.kernels();
    Shapes of;

    /** Draws the matrices. */
    @Setup
    public void draw() {
      int[] axes = axes(shape);
      of = new Shapes(axes[0], axes[1], axes[2], axes[0], axes[1], axes[1], axes[2]);
    }
  }

  /** The shapes of Aᵀ·B, a weight gradient summed over rows and time steps: rows x inner x columns. */
  @State(Scope.Thread)
  public static class Gradient {
    @Param({
      "32x32x128", "7680x14x96", "7680x32x96", "7680x32x128", "8192x256x128", "7680x32x1",
      "1600x512x2048"
    })
    String shape;

    final Kernels kernels = Compute.kernels();
    Shapes of;

    /** Draws the matrices. */
    @Setup
    public void draw() {
      int[] axes = axes(shape);
      of = new Shapes(axes[1], axes[0], axes[2], axes[0], axes[1], axes[0], axes[2]);
    }
  }

  /** The counter of the benchmarks. */
  @State(Scope.Thread)
  @AuxCounters(AuxCounters.Type.OPERATIONS)
  public static class Count {
    /** The multiplications and additions. */
    public long flops;
  }

  /** Computes C = A·B. */
  @Benchmark
  public float[] multiply(Forward forward, Count count) {
    Shapes s = forward.of;
    count.flops += s.flops;
    forward.kernels.multiply(s.left, s.right, s.result, false);
    return s.c.data;
  }

  /** Computes C = Aᵀ·B. */
  @Benchmark
  public float[] multiplyTransposed(Gradient gradient, Count count) {
    Shapes s = gradient.of;
    count.flops += s.flops;
    gradient.kernels.multiplyTransposed(s.left, s.right, s.result, false);
    return s.c.data;
  }

  /** Computes C = A·B with EJML. */
  @Benchmark
  public FMatrixRMaj multiplyEjml(Forward forward, Count count) {
    Shapes s = forward.of;
    count.flops += s.flops;
    return CommonOps_FDRM.mult(s.a, s.b, s.c);
  }

  /** Computes C = Aᵀ·B with EJML. */
  @Benchmark
  public FMatrixRMaj multiplyTransposedEjml(Gradient gradient, Count count) {
    Shapes s = gradient.of;
    count.flops += s.flops;
    return CommonOps_FDRM.multTransA(s.a, s.b, s.c);
  }

  private static int[] axes(String shape) {
    return Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
  }

  /** The matrices of a product with an m × n result and sums of k terms. */
  static final class Shapes {
    final long flops;
    final FMatrixRMaj a;
    final FMatrixRMaj b;
    final FMatrixRMaj c;
    final Matrix left;
    final Matrix right;
    final Matrix result;

    Shapes(int m, int k, int n, int aRows, int aColumns, int bRows, int bColumns) {
      flops = 2L * m * k * n;
      a = new FMatrixRMaj(aRows, aColumns, true, Draw.floats(aRows * aColumns));
      b = new FMatrixRMaj(bRows, bColumns, true, Draw.floats(bRows * bColumns));
      c = new FMatrixRMaj(m, n);
      left = matrix(a);
      right = matrix(b);
      result = matrix(c);
    }

    private static Matrix matrix(FMatrixRMaj of) {
      return new Matrix().set(of.data, 0, of.numRows, of.numCols);
    }
  }
}
