package org.unroll.compute;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checks what training relies on in addition to the numbers: results are always the same bits,
 * kernels do not allocate, and the implementations agree.
 */
class KernelsBehaviourTest {
  private static final Activation[] ACTIVATIONS =
      Arrays.stream(Activation.values())
          .filter(f -> f != Activation.GLU)
          .toArray(Activation[]::new);
  private static final int ROWS = 9;
  private static final int UNITS = 21;
  private static final int INPUTS = 13;

  static List<Kernels> implementations() {
    return AllKernels.implementations();
  }

  /** Runs steps of an LSTM and a GRU with their products, on buffers that are allocated once. */
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

    private final Matrix left = new Matrix();
    private final Matrix right = new Matrix();
    private final Matrix result = new Matrix();
    private final Matrix gatesView = new Matrix();
    private final Matrix beforeView = new Matrix();
    private final Matrix cView = new Matrix();
    private final Matrix aView = new Matrix();
    private final Matrix hView = new Matrix();
    private final Matrix dhView = new Matrix();
    private final Matrix dStateView = new Matrix();

    Work(Kernels kernels) {
      this.kernels = kernels;
    }

    private static Matrix view(float[] values, int from, int rows, int columns, Matrix view) {
      return view.set(values, from * columns, rows, columns);
    }

    void run(int from, int rows) {
      Matrix before = view(this.before, from, rows, UNITS, beforeView);
      Matrix c = view(this.c, from, rows, UNITS, cView);
      Matrix a = view(this.a, from, rows, UNITS, aView);
      Matrix h = view(this.h, from, rows, UNITS, hView);
      Matrix dh = view(this.dh, from, rows, UNITS, dhView);
      Matrix dState = view(this.dState, from, rows, UNITS, dStateView);
      Matrix lstmGates = view(gates, from, rows, 4 * UNITS, gatesView);
      kernels.fillRows(left.set(bias, 0, 1, 4 * UNITS), lstmGates);
      kernels.multiply(
          view(x, from, rows, INPUTS, left),
          right.set(kernel, 0, INPUTS, 4 * UNITS),
          lstmGates,
          true);
      kernels.lstmForward(Activation.TANH, Activation.SIGMOID, lstmGates, before, c, a, h);
      kernels.multiply(h, right.set(head, 0, UNITS, 1), view(y, from, rows, 1, result), false);
      int state = from * UNITS;
      System.arraycopy(this.before, state, this.dState, state, rows * UNITS);
      kernels.lstmBackward(
          Activation.TANH, Activation.SIGMOID, null, lstmGates, before, c, a, dh, dState);
      if (rows == ROWS) {
        kernels.multiplyTransposed(
            left.set(x, 0, ROWS, INPUTS),
            lstmGates,
            result.set(kernelGradient, 0, INPUTS, 4 * UNITS),
            false);
        kernels.multiplyTransposed(
            h, right.set(y, 0, ROWS, 1), result.set(headGradient, 0, UNITS, 1), false);
        kernels.sumRows(lstmGates, result.set(biasGradient, 0, 1, 4 * UNITS));
      }
      System.arraycopy(inner, state, innerUsed, state, rows * UNITS);
      Matrix gruGates = view(gates, from, rows, 3 * UNITS, gatesView);
      Matrix innerBlock = view(innerUsed, from, rows, UNITS, result);
      kernels.gruForward(
          Activation.TANH, Activation.SIGMOID, gruGates, innerBlock, null, before, h);
      kernels.gruBackward(
          Activation.TANH, Activation.SIGMOID, null, gruGates, innerBlock, before, dh, dState);
      for (Activation f : ACTIVATIONS) {
        kernels.activate(f, h, a);
        kernels.activateBackward(f, h, a, dState);
        kernels.multiplyElements(a, dh, c, true);
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
  void resultOfARowDoesNotDependOnOtherRows(Kernels kernels) {
    Work together = new Work(kernels);
    together.run(0, ROWS);
    Work apart = new Work(kernels);
    apart.run(0, 4);
    apart.run(4, 1);
    apart.run(5, 3);
    apart.run(8, 1);
    // Without the sums over all rows.
    for (int i = 0; i < 7; i++) {
      assertArrayEquals(together.results().get(i), apart.results().get(i), "result " + i);
    }
  }

  @Test
  void anotherThreadGivesTheSameBits() throws InterruptedException {
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
  void implementationsAgreeWithinRounding() {
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
  void plainLoopsDoNotAllocate() {
    assertEquals(0, bytesPerFiftySteps(implementations().get(0), 30));
  }

  /**
   * A vector that the JIT compiler does not keep in a register is an object, so this test fails if
   * the compiler gave up anywhere. It runs in a JVM with one vector width, like a user's.
   */
  @Test
  void compiledVectorsStayInRegisters() throws Exception {
    assertEquals("0", NewJvm.run(SteadyState.class, "--add-modules=jdk.incubator.vector"), "bytes");
  }

  /** Prints the bytes that fifty steps allocate after the JIT compiler has finished. */
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
