package org.unroll.bench;

import static org.unroll.compute.Activation.SIGMOID;
import static org.unroll.compute.Activation.TANH;

import java.util.concurrent.TimeUnit;
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
 * Measures the elementwise part of a step of LSTM and GRU, with a slice of 32 rows. The arrays that a
 * step overwrites are copied before each call; the time includes the copy.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class CellSteps {
  private static final int ROWS = 32;

  @Param({"8", "32", "33", "100"})
  int units;

  private final Kernels kernels = Compute.kernels();
  private int n;
  private float[] given;
  private float[] gates;
  private float[] inner;
  private float[] before;
  private float[] c;
  private float[] a;
  private float[] h;
  private float[] dh;
  private float[] dc;

  /** Draws pre-activations, states and gradients. */
  @Setup
  public void draw() {
    n = ROWS * units;
    given = Draw.floats(4 * n);
    gates = new float[4 * n];
    inner = Draw.floats(3 * n);
    before = Draw.floats(n);
    c = new float[n];
    a = new float[n];
    h = new float[n];
    dh = Draw.floats(n);
    dc = new float[n];
  }

  /** Runs the forward step of LSTM. */
  @Benchmark
  public float[] lstmForward() {
    System.arraycopy(given, 0, gates, 0, 4 * n);
    kernels.lstmForward(TANH, SIGMOID, ROWS, units, gates, 0, before, 0, c, 0, a, 0, h, 0);
    return h;
  }

  /** Runs the backward step of LSTM. */
  @Benchmark
  public float[] lstmBackward() {
    System.arraycopy(given, 0, gates, 0, 4 * n);
    System.arraycopy(before, 0, dc, 0, n);
    kernels.lstmBackward(
        TANH, SIGMOID, ROWS, units, null, gates, 0, before, 0, c, 0, a, 0, dh, 0, dc, 0);
    return dc;
  }

  /** Runs the forward step of GRU, with the reset gate after the product. */
  @Benchmark
  public float[] gruForward() {
    System.arraycopy(given, 0, gates, 0, 3 * n);
    kernels.gruForward(TANH, SIGMOID, ROWS, units, gates, 0, inner, 0, null, before, 0, h, 0);
    return h;
  }

  /** Runs the backward step of GRU. */
  @Benchmark
  public float[] gruBackward() {
    System.arraycopy(given, 0, gates, 0, 3 * n);
    System.arraycopy(given, 0, inner, 0, 3 * n);
    kernels.gruBackward(TANH, SIGMOID, ROWS, units, null, gates, 0, inner, 0, before, 0, dh, 0, dc, 0);
    return dc;
  }
}
