package org.unroll.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What training relies on besides the numbers: the same bits always, no allocation, implementations
 * that agree.
 */
class KernelsBehaviourTest {
  private static final Activation[] ACTIVATIONS = Activation.values();
  private static final int ROWS = 9;
  private static final int UNITS = 21;
  private static final int INPUTS = 13;

  static List<Kernels> implementations() {
    return AllKernels.implementations();
  }

  /** Steps of an LSTM and a GRU with all that belongs to them, on buffers allocated once. */
  private static final class Work {
    final Kernels kernels;
    final float[] x = random(1, ROWS * INPUTS);
    final float[] kernel = random(2, INPUTS * 4 * UNITS);
    final float[] kernelGradient = new float[INPUTS * 4 * UNITS];
    final float[] head = random(3, UNITS);
    final float[] headGradient = new float[UNITS];
    final float[] bias = random(4, 4 * UNITS);
    final float[] biasGradient = new float[4 * UNITS];
    final float[] gates = new float[ROWS * 4 * UNITS];
    final float[] inner = random(5, ROWS * UNITS);
    final float[] innerUsed = new float[ROWS * UNITS];
    final float[] before = random(6, ROWS * UNITS);
    final float[] c = new float[ROWS * UNITS];
    final float[] a = new float[ROWS * UNITS];
    final float[] h = new float[ROWS * UNITS];
    final float[] dh = random(7, ROWS * UNITS);
    final float[] dState = new float[ROWS * UNITS];
    final float[] y = new float[ROWS];

    Work(Kernels kernels) {
      this.kernels = kernels;
    }

    void run(int from, int rows) {
      int state = from * UNITS;
      int gate = from * 4 * UNITS;
      kernels.fillRows(rows, 4 * UNITS, bias, 0, gates, gate, 4 * UNITS);
      kernels.multiply(
          rows,
          4 * UNITS,
          INPUTS,
          x,
          from * INPUTS,
          INPUTS,
          kernel,
          0,
          4 * UNITS,
          gates,
          gate,
          4 * UNITS,
          true);
      kernels.lstmForward(
          Activation.TANH,
          Activation.SIGMOID,
          rows,
          UNITS,
          gates,
          gate,
          before,
          state,
          c,
          state,
          a,
          state,
          h,
          state);
      kernels.multiply(rows, 1, UNITS, h, state, UNITS, head, 0, 1, y, from, 1, false);
      System.arraycopy(before, state, dState, state, rows * UNITS);
      kernels.lstmBackward(
          Activation.TANH,
          Activation.SIGMOID,
          rows,
          UNITS,
          null,
          gates,
          gate,
          before,
          state,
          c,
          state,
          a,
          state,
          dh,
          state,
          dState,
          state);
      if (rows == ROWS) {
        kernels.multiplyTransposed(
            rows,
            4 * UNITS,
            INPUTS,
            x,
            0,
            INPUTS,
            gates,
            0,
            4 * UNITS,
            kernelGradient,
            0,
            4 * UNITS,
            false);
        kernels.multiplyTransposed(rows, 1, UNITS, h, 0, UNITS, y, 0, 1, headGradient, 0, 1, false);
        kernels.sumRows(rows, 4 * UNITS, gates, 0, 4 * UNITS, biasGradient, 0, false);
      }
      int gru = from * 3 * UNITS;
      System.arraycopy(inner, state, innerUsed, state, rows * UNITS);
      kernels.gruForward(
          Activation.TANH,
          Activation.SIGMOID,
          rows,
          UNITS,
          gates,
          gru,
          innerUsed,
          state,
          null,
          before,
          state,
          h,
          state);
      kernels.gruBackward(
          Activation.TANH,
          Activation.SIGMOID,
          rows,
          UNITS,
          null,
          gates,
          gru,
          innerUsed,
          state,
          before,
          state,
          dh,
          state,
          dState,
          state);
      for (Activation f : ACTIVATIONS) {
        kernels.activate(f, rows, UNITS, h, state, UNITS, a, state, UNITS);
        kernels.activateBackward(
            f, rows, UNITS, h, state, UNITS, a, state, UNITS, dState, state, UNITS);
        kernels.multiplyElements(
            rows, UNITS, a, state, UNITS, dh, state, UNITS, c, state, UNITS, true);
      }
    }

    List<float[]> results() {
      return List.of(
          gates, innerUsed, c, a, h, dState, y, kernelGradient, headGradient, biasGradient);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void interpretedAndCompiledCodeGiveTheSameBits(Kernels kernels) {
    Work work = new Work(kernels);
    work.run(0, ROWS);
    List<float[]> first = work.results().stream().map(float[]::clone).toList();
    for (int i = 0; i < 2000; i++) {
      work.run(0, ROWS);
    }
    for (int i = 0; i < first.size(); i++) {
      assertArrayEquals(first.get(i), work.results().get(i), "result " + i);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void aRowDoesNotDependOnTheRowsBesideIt(Kernels kernels) {
    Work together = new Work(kernels);
    together.run(0, ROWS);
    Work apart = new Work(kernels);
    apart.run(0, 4);
    apart.run(4, 1);
    apart.run(5, 3);
    apart.run(8, 1);
    // without the sums over all rows
    for (int i = 0; i < 7; i++) {
      assertArrayEquals(together.results().get(i), apart.results().get(i), "result " + i);
    }
  }

  @Test
  void threadsGiveTheSameBits() throws InterruptedException {
    for (Kernels kernels : implementations()) {
      Work here = new Work(kernels);
      Work there = new Work(kernels);
      Thread thread = new Thread(() -> there.run(0, ROWS));
      thread.start();
      here.run(0, ROWS);
      thread.join();
      for (int i = 0; i < here.results().size(); i++) {
        assertArrayEquals(here.results().get(i), there.results().get(i), "result " + i);
      }
    }
  }

  @Test
  void implementationsAgree() {
    List<Kernels> all = implementations();
    Work scalar = new Work(all.get(0));
    scalar.run(0, ROWS);
    for (Kernels kernels : all.subList(1, all.size())) {
      Work work = new Work(kernels);
      work.run(0, ROWS);
      for (int i = 0; i < scalar.results().size(); i++) {
        float[] expected = scalar.results().get(i);
        float[] actual = work.results().get(i);
        for (int j = 0; j < expected.length; j++) {
          double tolerance = 1e-6 * INPUTS * (1 + Math.abs(expected[j]));
          assertEquals(expected[j], actual[j], tolerance, kernels.description() + " " + i);
        }
      }
    }
  }

  @Test
  void plainLoopsAllocateNothing() {
    assertEquals(0, bytesPerFiftySteps(implementations().get(0), 30));
  }

  /**
   * Vectors that the JIT does not keep in registers are objects: this fails if it had to give up
   * anywhere. In a JVM with vectors of one width, as a user's is.
   */
  @Test
  void vectorsStayInRegistersOnceCompiled() throws Exception {
    assertEquals("0", NewJvm.run(SteadyState.class, "--add-modules=jdk.incubator.vector"), "bytes");
  }

  /** Prints what fifty steps allocate when the JIT is done. */
  static final class SteadyState {
    private SteadyState() {}

    public static void main(String[] args) {
      System.out.println(bytesPerFiftySteps(Compute.choose("vector").kernels(), 60));
    }
  }

  private static long bytesPerFiftySteps(Kernels kernels, int secondsAtMost) {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Work work = new Work(kernels);
    long deadline = System.nanoTime() + secondsAtMost * 1_000_000_000L;
    long allocated;
    do {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 50; i++) {
        work.run(0, ROWS);
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
    } while (allocated > 0 && System.nanoTime() < deadline);
    return allocated;
  }

  private static float[] random(int seed, int size) {
    Random random = new Random(seed);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return values;
  }
}
