package org.unroll.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.timeDistributed;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sums of dense and sparse gradients over slices. */
@Tag("both-compute-implementations")
class GradientTest {
  private static final int[] PARTS = {1, 2, 3, 7};

  @Test
  void sumsDenseGradientsInParts() {
    int size = 10_007; // larger than one block, and a prime
    Gradient[] slices = new Gradient[3];
    for (int i = 0; i < slices.length; i++) {
      slices[i] = Gradient.dense(size);
      for (int j = 0; j < size; j++) {
        slices[i].values()[j] = (i + 1) * (j % 100);
      }
    }
    float[] expected = new float[size];
    for (int j = 0; j < size; j++) {
      expected[j] = 0.5f * 6 * (j % 100);
    }
    for (int parts : PARTS) {
      Gradient total = sum(Gradient.dense(size), slices, 0.5f, parts);
      assertArrayEquals(expected, total.values(), parts + " parts");
      assertNull(total.rows());
    }
  }

  @Test
  void sumsSparseGradientsAndTheirSquares() {
    Gradient first = Gradient.sparse(8, 2);
    first.setEntries(3, new int[] {1, 3, 1}, new float[] {9, 1, 2, 3, 4, 5, 6}, 1);
    Gradient second = Gradient.sparse(8, 2);
    second.setEntries(1, new int[] {3}, new float[] {10, 20}, 0);
    assertArrayEquals(new float[] {0, 0, 6, 8, 0, 0, 3, 4}, first.values());
    assertArrayEquals(new float[] {0, 0, 26, 40, 0, 0, 9, 16}, first.rows().squares());
    for (int parts : PARTS) {
      Gradient total = sum(Gradient.sparse(8, 2), new Gradient[] {first, second}, 2, parts);
      assertArrayEquals(new float[] {0, 0, 12, 16, 0, 0, 26, 48}, total.values());
      assertArrayEquals(new float[] {0, 0, 104, 160, 0, 0, 436, 1664}, total.rows().squares());
    }
    first.setEntries(1, new int[] {0}, new float[] {7, 8}, 0);
    assertArrayEquals(new float[] {7, 8, 0, 0, 0, 0, 0, 0}, first.values());
  }

  /** By hand: entries times 0.5, clipped to ±2, then added. */
  @Test
  void clipsRowsBeforeItAddsThem() {
    Gradient slice = Gradient.sparse(4, 2);
    slice.setEntries(3, new int[] {1, 0, 1}, new float[] {8, -2, 1, 3, -10, 2}, 0);
    Gradient total = Gradient.sparse(4, 2);
    for (int parts : PARTS) {
      total.rowTerms(2, true);
      sum(total, new Gradient[] {slice}, 0.5f, parts);
      assertArrayEquals(new float[] {0.5f, 1.5f, 0, 0}, total.values());
      assertArrayEquals(new float[] {0.25f, 2.25f, 8, 2}, total.rows().squares());
      assertArrayEquals(new float[] {0.5f, 1.5f, 4, 2}, total.rows().magnitudes());
    }
  }

  @Test
  void gradientsOfInnerEmbeddingsAreSparse() {
    var network = new Network(List.of(input(2, 5), timeDistributed(embedding(4, 3))), 0);
    Gradient gradient = network.newGradients()[0];
    gradient.reserveSum();
    assertNotNull(gradient.rows());
  }

  private static Gradient sum(Gradient total, Gradient[] slices, float scale, int parts) {
    total.reserveSum();
    for (int part = parts - 1; part >= 0; part--) {
      total.setToSum(slices, slices.length, scale, part, parts);
    }
    return total;
  }
}
