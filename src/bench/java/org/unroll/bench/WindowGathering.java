package org.unroll.bench;

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
import org.unroll.data.Dataset;
import org.unroll.datasets.JenaClimate;
import org.unroll.timeseries.TimeSeries;

/** Measures gathering a slice of 32 windows from a series, with 240 time steps of 14 columns each. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Thread)
public class WindowGathering {
  private static final int ROWS = 32;
  private static final int TIMESTEPS = 240;

  @Param({"1", "6"})
  int step;

  private final float[] slice = new float[ROWS * TIMESTEPS * 14];
  private Dataset windows;
  private int[] order;
  private int next;

  /** Generates the weather. */
  @Setup
  public void open() {
    windows =
        TimeSeries.of(JenaClimate.synthetic(100_000, 42))
            .target("T (degC)")
            .normalizedOn(0, 100_000)
            .windows()
            .lookback(TIMESTEPS * step)
            .step(step)
            .delay(144)
            .shuffled(42);
    order = windows.order(0);
  }

  /** Gathers one slice of shuffled windows. */
  @Benchmark
  public float[] slice() {
    for (int row = 0; row < ROWS; row++) {
      windows.copyInput(order[next], slice, row, ROWS);
      next = next + 1 < order.length ? next + 1 : 0;
    }
    return slice;
  }
}
