package org.unroll.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.internal.CounterRandom;

/** Measures the activations and dropout masks, in nanoseconds per value. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class Elementwise {
  private static final int ROWS = 32;
  private static final int WIDTH = 128;
  private static final int SIZE = ROWS * WIDTH;

  private final Kernels kernels = Compute.kernels();
  private final float[] x = Draw.floats(SIZE);
  private final float[] y = new float[SIZE];
  private final Matrix in = new Matrix().set(x, 0, ROWS, WIDTH);
  private final Matrix out = new Matrix().set(y, 0, ROWS, WIDTH);

  /** The activation to apply. */
  @State(Scope.Thread)
  public static class Function {
    @Param Activation f;
  }

  /** Computes y = f(x). */
  @Benchmark
  @OperationsPerInvocation(SIZE)
  public float[] activate(Function function) {
    kernels.activate(function.f, in, out);
    return y;
  }

  /** Draws the factors of dropout. */
  @Benchmark
  @OperationsPerInvocation(SIZE)
  public float[] dropoutMask() {
    CounterRandom.fillDropoutMask(7, 0.2, SIZE, y, 0);
    return y;
  }
}
