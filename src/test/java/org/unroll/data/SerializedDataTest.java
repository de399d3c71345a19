package org.unroll.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.unroll.datasets.JenaClimate;
import org.unroll.text.TokenWindows;
import org.unroll.timeseries.Scaling;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;

/** Data that are sent to another JVM are the same data there. */
class SerializedDataTest {
  private static final Samples SAMPLES =
      Samples.of(new double[][] {{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}})
          .targets(new double[] {1, 0, 2, 0, 3})
          .weights(new double[] {1, 2, 3, 4, 5})
          .batchSize(2);

  static Stream<Named<Dataset>> data() {
    TimeSeries series = TimeSeries.of(JenaClimate.synthetic(200, 1)).target("T (degC)");
    Windows windows =
        series.normalizedOn(0, 100).windows().lookback(12).step(3).delay(2).batchSize(7);
    Windows differenced =
        series
            .normalizedOn(0, 100, Scaling.standard().difference(1), "T (degC)")
            .windows()
            .lookback(6)
            .targetSteps(3);
    return Stream.of(
        Named.of("samples", SAMPLES),
        Named.of("shuffled samples", SAMPLES.shuffled(3)),
        Named.of("part of shuffled samples", SAMPLES.shuffled(3).subset(1, 4)),
        Named.of(
            "several inputs and targets",
            Samples.of(
                    Map.of("a", new double[][] {{1}, {2}}, "b", new double[][] {{3, 4}, {5, 6}}))
                .targets(List.of(new double[] {1, 2}, new double[] {3, 4}))),
        Named.of("joined data", SAMPLES.and(SAMPLES)),
        Named.of(
            "sequences",
            Sequences.of(new int[][] {{1, 2, 3}, {4}, {5, 6}}).targets(new double[] {1, 0, 1})),
        Named.of("tokens", TokenWindows.of(new int[] {1, 2, 3, 4, 5, 6, 7, 8}, 3)),
        Named.of("windows", windows.range(0, 100).shuffled(2)),
        Named.of("later windows", windows.range(100, 200)),
        Named.of("differenced windows", differenced));
  }

  @ParameterizedTest
  @MethodSource("data")
  void isTheSameAfterwards(Dataset data) throws Exception {
    Dataset read = (Dataset) read(write(data));
    assertEquals(data.size(), read.size());
    assertEquals(data.batchSize(), read.batchSize());
    assertEquals(data.trainingSize(data.size() - 1), read.trainingSize(data.size() - 1));
    assertArrayEquals(data.order(3), read.order(3));
    assertEquals(data.inputNames(), read.inputNames());
    assertEquals(data.targetNames(), read.targetNames());
    assertParts(data.inputParts(), read.inputParts(), false);
    assertParts(data.targetParts(), read.targetParts(), true);
  }

  private static void assertParts(List<Dataset> expected, List<Dataset> read, boolean targets) {
    assertEquals(expected.size(), read.size());
    for (int part = 0; part < read.size(); part++) {
      Dataset before = expected.get(part).forBatch(null, 0, expected.get(part).size());
      Dataset after = read.get(part).forBatch(null, 0, read.get(part).size());
      assertEquals(before.inputShape(), after.inputShape());
      assertEquals(before.targetShape(), after.targetShape());
      assertEquals(before.weightShape(), after.weightShape());
      for (int i = 0; i < before.size(); i++) {
        assertArrayEquals(values(before, i, targets), values(after, i, targets));
      }
    }
  }

  private static float[] values(Dataset data, int sample, boolean targets) {
    int weights = data.weightShape() == null ? 0 : data.weightShape().size();
    float[] values =
        new float[(targets ? data.targetShape() : data.inputShape()).size() + weights];
    if (targets) {
      data.copyTarget(sample, values, 0);
    } else {
      data.copyInput(sample, values, 0, 1);
    }
    if (weights > 0) {
      data.copyWeights(sample, values, values.length - weights);
    }
    return values;
  }

  @Test
  void windowsOfOneSeriesShareItsValues() throws Exception {
    Windows windows =
        TimeSeries.of(JenaClimate.synthetic(2000, 1)).target("T (degC)").windows().lookback(12);
    int values = 2000 * 14 * Float.BYTES;
    int one = write(windows).length;
    int both = write(List.of(windows.range(0, 1000), windows.range(1000, 2000))).length;
    // Two integers or floats for each window: its first row and its target.
    assertEquals(values + 2000 * 8, one, 2000);
    assertEquals(one, both, 2000);
  }

  @Test
  void dataOfOtherClassesAreRejected() {
    Dataset custom =
        new Dataset() {
          @Override
          public int size() {
            return 1;
          }

          @Override
          public Shape inputShape() {
            return Shape.of(1);
          }

          @Override
          public Shape targetShape() {
            return Shape.of(1);
          }

          @Override
          public void copyInput(int sample, float[] slice, int row, int rows) {}

          @Override
          public void copyTarget(int sample, float[] target, int offset) {}
        };
    assertThrows(NotSerializableException.class, () -> write(custom.subset(0, 1)));
  }

  private static byte[] write(Object data) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(data);
    }
    return bytes.toByteArray();
  }

  private static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    }
  }
}
