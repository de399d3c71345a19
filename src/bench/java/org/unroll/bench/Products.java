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
    forward.kernels.multiply(
        s.m, s.n, s.k, s.a.data, 0, s.k, s.b.data, 0, s.n, s.c.data, 0, s.n, false);
    return s.c.data;
  }

  /** Computes C = Aᵀ·B. */
  @Benchmark
  public float[] multiplyTransposed(Gradient gradient, Count count) {
    Shapes s = gradient.of;
    count.flops += s.flops;
    gradient.kernels.multiplyTransposed(
        s.k, s.n, s.m, s.a.data, 0, s.m, s.b.data, 0, s.n, s.c.data, 0, s.n, false);
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
    final int m;
    final int k;
    final int n;
    final long flops;
    final FMatrixRMaj a;
    final FMatrixRMaj b;
    final FMatrixRMaj c;

    Shapes(int m, int k, int n, int aRows, int aColumns, int bRows, int bColumns) {
      this.m = m;
      this.k = k;
      this.n = n;
      flops = 2L * m * k * n;
      a = new FMatrixRMaj(aRows, aColumns, true, Draw.floats(aRows * aColumns));
      b = new FMatrixRMaj(bRows, bColumns, true, Draw.floats(bRows * bColumns));
      c = new FMatrixRMaj(m, n);
    }
  }
}
