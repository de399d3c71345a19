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
import org.unroll.compute.Matrix;

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
  private float[] given;
  private Matrix lstmGates;
  private Matrix gruGates;
  private Matrix inner;
  private Matrix before;
  private Matrix c;
  private Matrix a;
  private Matrix h;
  private Matrix dh;
  private Matrix dc;

  /** Draws pre-activations, states and gradients. */
  @Setup
  public void draw() {
    int n = ROWS * units;
    given = Draw.floats(4 * n);
    lstmGates = new Matrix().set(new float[4 * n], 0, ROWS, 4 * units);
    gruGates = new Matrix().set(new float[3 * n], 0, ROWS, 3 * units);
    inner = matrix(Draw.floats(n));
    before = matrix(Draw.floats(n));
    c = matrix(new float[n]);
    a = matrix(new float[n]);
    h = matrix(new float[n]);
    dh = matrix(Draw.floats(n));
    dc = matrix(new float[n]);
  }

  private Matrix matrix(float[] values) {
    return new Matrix().set(values, 0, ROWS, units);
  }

  private void give(Matrix matrix) {
    System.arraycopy(given, 0, matrix.values(), 0, matrix.values().length);
  }

  /** Runs the forward step of LSTM. */
  @Benchmark
  public float[] lstmForward() {
    give(lstmGates);
    kernels.lstmForward(TANH, SIGMOID, lstmGates, before, c, a, h);
    return h.values();
  }

  /** Runs the backward step of LSTM. */
  @Benchmark
  public float[] lstmBackward() {
    give(lstmGates);
    System.arraycopy(before.values(), 0, dc.values(), 0, dc.values().length);
    kernels.lstmBackward(TANH, SIGMOID, null, lstmGates, before, c, a, dh, dc);
    return dc.values();
  }

  /** Runs the forward step of GRU, with the reset gate after the product. */
  @Benchmark
  public float[] gruForward() {
    give(gruGates);
    kernels.gruForward(TANH, SIGMOID, gruGates, inner, null, before, h);
    return h.values();
  }

  /** Runs the backward step of GRU. */
  @Benchmark
  public float[] gruBackward() {
    give(gruGates);
    give(inner);
    kernels.gruBackward(TANH, SIGMOID, null, gruGates, inner, before, dh, dc);
    return dc.values();
  }
}
