package org.unroll.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class DatasetTest {
  private static Samples counting(int size) {
    double[][] rows = new double[size][1];
    for (int i = 0; i < size; i++) {
      rows[i][0] = i;
    }
    return Samples.of(rows).targets(rows);
  }

  @Property(tries = 200)
  void orderIsAPermutationThatDependsOnlyOnSeedAndEpoch(
      @ForAll @IntRange(min = 1, max = 300) int size,
      @ForAll long seed,
      @ForAll @IntRange(max = 1000) int epoch) {
    int[] order = counting(size).shuffled(seed).order(epoch);
    assertArrayEquals(order, counting(size).shuffled(seed).order(epoch));
    int[] sorted = order.clone();
    Arrays.sort(sorted);
    assertArrayEquals(IntStream.range(0, size).toArray(), sorted);
  }

  @Test
  void orderDiffersBetweenEpochsAndSeeds() {
    Samples samples = counting(100);
    assertNull(samples.order(0));
    assertFalse(Arrays.equals(samples.shuffled(1).order(0), samples.shuffled(1).order(1)));
    assertFalse(Arrays.equals(samples.shuffled(1).order(0), samples.shuffled(2).order(0)));
  }

  /**
   * All positions are equally likely. The 0.1 % point of chi-square with 7 · 7 = 49 degrees of
   * freedom is 85.4.
   */
  @Test
  void shuffleIsUniform() {
    int[][] counts = new int[8][8];
    Samples eight = counting(8).shuffled(3);
    for (int epoch = 0; epoch < 8000; epoch++) {
      int[] order = eight.order(epoch);
      for (int position = 0; position < 8; position++) {
        counts[position][order[position]]++;
      }
    }
    double chiSquare =
        Arrays.stream(counts)
            .flatMapToInt(Arrays::stream)
            .mapToDouble(n -> (n - 1000.0) * (n - 1000.0) / 1000)
            .sum();
    assertEquals(49, chiSquare, 36.4);
  }

  @Test
  void subsetIsNumberedFromZero() {
    Dataset middle = counting(10).subset(4, 7);
    float[] value = new float[1];
    middle.copyInput(2, value, 0, 1);
    assertEquals(6, value[0]);
    middle.copyTarget(0, value, 0);
    assertEquals(4, value[0]);
    assertEquals(3, middle.size());
    assertEquals(2, middle.batchSize(2).batches());
    assertNull(middle.order(0));
  }

  @Test
  void subsetKeepsTheOrderOfAShuffledDataset() {
    Samples shuffled = counting(10).shuffled(5);
    int[] expected =
        Arrays.stream(shuffled.order(2)).filter(i -> i >= 4 && i < 7).map(i -> i - 4).toArray();
    assertArrayEquals(expected, shuffled.subset(4, 7).order(2));
  }

  @Test
  void subsetCanBeShuffledSeparately() {
    Dataset last = counting(10).subset(2, 10).shuffled(5);
    int[] sorted = last.order(0);
    Arrays.sort(sorted);
    assertArrayEquals(IntStream.range(0, 8).toArray(), sorted);
  }

  @Test
  void subsetRejectsRangesOutsideTheDataset() {
    assertMessageContains(
        "0 <= from < to <= 10, the number of samples, but was from=3, to=11.",
        () -> counting(10).subset(3, 11));
    assertMessageContains("from=3, to=3", () -> counting(10).subset(3, 3));
    assertMessageContains("from=-1", () -> counting(10).subset(-1, 3));
    assertMessageContains(
        "batchSize must be at least 1, but was 0.", () -> counting(10).subset(0, 3).batchSize(0));
  }
}
