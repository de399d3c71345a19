package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.unroll.data.Dataset;
import org.unroll.text.TokenWindows;

/** Checks that no target value is in the training data and in the validation data. */
class TargetSplitTest {
  private static Set<Float> targets(Dataset data, int from, int to) {
    Set<Float> targets = new HashSet<>();
    float[] target = new float[data.targetShape().size()];
    for (int sample = from; sample < to; sample++) {
      data.copyTarget(sample, target, 0);
      for (float value : target) {
        targets.add(value);
      }
    }
    return targets;
  }

  private static void assertSplits(Dataset data, int validation) {
    int size = data.trainingSize(validation);
    Set<Float> validated = targets(data, validation, data.size());
    float first = validated.stream().min(Float::compare).orElseThrow();
    assertTrue(targets(data, 0, size).stream().allMatch(value -> value < first));
    if (size < validation) {
      assertTrue(
          targets(data, size, size + 1).stream().anyMatch(value -> value >= first),
          "no window is left out needlessly");
    }
  }

  @Property(tries = 200)
  void windowsShareNoTargets(
      @ForAll @IntRange(min = 1, max = 5) int steps,
      @ForAll @IntRange(min = 1, max = 4) int step,
      @ForAll @IntRange(min = 1, max = 6) int targetSteps,
      @ForAll @IntRange(min = 1, max = 99) int percent,
      @ForAll @IntRange(min = 0, max = 9) int missing) {
    double[][] rows = new double[90][1];
    for (int i = 0; i < rows.length; i++) {
      rows[i][0] = i / 7 == missing ? Double.NaN : i;
    }
    Windows windows =
        TimeSeries.of(rows, "x")
            .target("x")
            .skippingGaps()
            .windows()
            .lookback(steps * step)
            .step(step)
            .targetSteps(targetSteps);
    int validation = Math.max(1, windows.size() * percent / 100);
    assertSplits(windows, validation);
    if (validation > 5) {
      assertSplits(windows.subset(3, windows.size()), validation - 3);
    }
    if (targetSteps == 1) {
      assertEquals(validation, windows.trainingSize(validation));
    }
  }

  @Property(tries = 200)
  void tokenWindowsShareNoTargets(
      @ForAll @IntRange(min = 1, max = 8) int length,
      @ForAll @IntRange(min = 1, max = 9) int stride,
      @ForAll @IntRange(min = 1, max = 99) int percent) {
    int[] tokens = new int[100];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = i;
    }
    TokenWindows windows = TokenWindows.of(tokens, length).stride(stride);
    assertSplits(windows, Math.max(1, windows.size() * percent / 100));
  }
}
