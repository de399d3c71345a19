package org.unroll.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.unroll.data.Shape;

class TokenWindowsTest {
  @Property(tries = 200)
  void targetsAreTheFollowingTokens(
      @ForAll @IntRange(min = 1, max = 9) int length,
      @ForAll @IntRange(min = 1, max = 9) int stride,
      @ForAll @IntRange(max = 40) int more) {
    int[] tokens = IntStream.range(100, 101 + length + more).toArray();
    TokenWindows windows = TokenWindows.of(tokens, length).stride(stride);
    // A window must begin early enough for its last token to be followed by another one.
    long count =
        IntStream.range(0, tokens.length)
            .filter(from -> from % stride == 0 && from + length < tokens.length)
            .count();
    assertEquals(count, windows.size());
    for (int i = 0; i < windows.size(); i++) {
      float[] slice = new float[3 * length];
      float[] targets = new float[length + 1];
      windows.copyInput(i, slice, 2, 3);
      windows.copyTarget(i, targets, 1);
      for (int t = 0; t < length; t++) {
        assertEquals(100 + i * stride + t, slice[2 * length + t]);
        assertEquals(101 + i * stride + t, targets[1 + t]);
      }
      assertEquals(100 + i * stride, windows.window(i)[0]);
      assertEquals(length, windows.window(i).length);
    }
  }

  @Test
  void hasShapesAndOrder() {
    TokenWindows windows = TokenWindows.of(new int[20], 4).batchSize(8);
    assertEquals(Shape.of(4), windows.inputShape());
    assertEquals(Shape.of(4), windows.targetShape());
    assertEquals(16, windows.size());
    assertEquals(8, windows.batchSize());
    int[] order = windows.shuffled(1).order(0);
    Arrays.sort(order);
    assertArrayEquals(IntStream.range(0, 16).toArray(), order);
  }

  @Test
  void laterChangesOfTheTokensHaveNoEffect() {
    int[] tokens = {1, 2, 3};
    TokenWindows windows = TokenWindows.of(tokens, 2);
    tokens[0] = 9;
    assertArrayEquals(new int[] {1, 2}, windows.window(0));
  }

  @Test
  void rejectsInvalidWindows() {
    assertMessageContains(
        "A window must have at least 1 token and be followed by another one, but length=3 and there"
            + " are 3 tokens.",
        () -> TokenWindows.of(new int[3], 3));
    assertMessageContains(
        "but length=0 and there are 3 tokens.", () -> TokenWindows.of(new int[3], 0));
    assertMessageContains(
        "A token must be between 0 and 16777216, but token 1 is -1.",
        () -> TokenWindows.of(new int[] {0, -1}, 1));
    assertMessageContains(
        "stride must be at least 1, but was 0.", () -> TokenWindows.of(new int[3], 1).stride(0));
    assertThrows(IndexOutOfBoundsException.class, () -> TokenWindows.of(new int[3], 1).window(2));
  }

  @Property(tries = 100)
  void rowsAreNeighborsWithoutGaps(
      @ForAll @IntRange(min = 1, max = 9) int count,
      @ForAll @IntRange(min = 1, max = 40) int more) {
    int[] tokens = IntStream.range(100, 100 + count + more).toArray();
    TokenWindows rows = TokenWindows.rows(tokens, count);
    int length = (tokens.length - 1) / count;
    assertEquals(count, rows.size());
    assertEquals(count, rows.batchSize());
    assertEquals(1, rows.batches());
    float[] target = new float[length];
    for (int r = 0; r < count; r++) {
      int[] expected = IntStream.range(100 + r * length, 100 + (r + 1) * length).toArray();
      assertArrayEquals(expected, rows.window(r));
      rows.copyTarget(r, target, 0);
      assertEquals(expected[length - 1] + 1, target[length - 1]);
    }
  }

  @Test
  void refusesMoreRowsThanTargets() {
    assertMessageContains(
        "The number of rows must be at least 1 and less than the number of tokens, which is 3, but"
            + " was 3.",
        () -> TokenWindows.rows(new int[3], 3));
  }
}
