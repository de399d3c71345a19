package org.unroll;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.simpleRnn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Samples;
import org.unroll.losses.Losses;
import org.unroll.optimizers.Optimizers;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;
import tech.tablesaw.api.Table;

/** Compares several models on the same data. */
class ComparisonTest {
  private static Samples data(int count) {
    var random = new SplittableRandom(count);
    double[][][] x = new double[count][5][];
    for (double[][] sample : x) {
      for (int t = 0; t < sample.length; t++) {
        sample[t] = random.doubles(2, -1, 1).toArray();
      }
    }
    return Samples.of(x).targets(random.doubles(count).toArray()).batchSize(8);
  }

  private static Comparison comparison() {
    return Comparison.of("RNN", simpleRnn(3), "GRU", gru(3), "LSTM", lstm(3))
        .on(data(40), data(9))
        .epochs(3)
        .verbose(0);
  }

  @Test
  void trainsEachModelIndependently() {
    Comparison.Result result = comparison().seed(4).run();
    assertEquals(List.of("RNN", "GRU", "LSTM"), List.copyOf(result.models().keySet()));
    Sequential alone = Sequential.seeded(4, input(5, 2), gru(3), dense(1));
    alone.compile("rmsprop", "mae");
    alone.fit(data(40), FitOptions.epochs(3).validation(data(9)).seed(4).verbose(0));
    assertArrayEquals(
        alone.weight("gru/kernel").data, result.model("GRU").weight("gru/kernel").data);
    Table table = result.table();
    assertEquals(
        List.of("model", "parameters", "seconds per epoch", "best val_loss", "in epoch"),
        table.columnNames());
    List<Double> losses = result.history("GRU").get("val_loss");
    double best = Collections.min(losses);
    assertEquals(best, table.row(1).getDouble("best val_loss"));
    assertEquals(losses.indexOf(best) + 1, table.row(1).getInt("in epoch"));
    // GRU: 2·9 + 3·9 + 2·9, and Dense: 3 + 1
    assertEquals(67, table.row(1).getInt("parameters"));
    var error = assertThrows(IllegalArgumentException.class, () -> result.model("Gru"));
    assertEquals(
        "The name of the model must be one of [RNN, GRU, LSTM], but was 'Gru'. Did you mean"
            + " 'GRU'?",
        error.getMessage());
  }

  @Test
  void reportsMistakesBeforeTraining() {
    assertThrows(IllegalStateException.class, () -> Comparison.of("a", gru(2)).run());
    assertThrows(IllegalArgumentException.class, () -> Comparison.of("a", gru(2), "a", gru(2)));
    assertThrows(IllegalArgumentException.class, () -> Comparison.of("a"));
    Samples inputs = Samples.of(new double[2][5][2]);
    assertThrows(
        IllegalArgumentException.class, () -> Comparison.of("a", gru(2)).on(inputs, inputs).run());
    var first = gru(2);
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Comparison.of("good", first, "bad", gru(2).returnSequences(true))
                    .on(data(40), data(9))
                    .verbose(0)
                    .run());
    assertTrue(
        error.getMessage().contains("a model with output shape (5, 1) needs 5 target values"),
        error.getMessage());
    assertEquals(0f, first.weight("bias").values()[0], "not trained");
  }

  /** As in a notebook in which a cell that runs a comparison from another cell is run again. */
  @Test
  void rejectsASecondRunWithTheSameLayers() {
    Comparison comparison = Comparison.of("gated", gru(3)).on(data(40), data(9)).epochs(1);
    Comparison.Result first = comparison.verbose(0).run();
    var error = assertThrows(IllegalStateException.class, comparison::run);
    assertEquals(
        "A comparison must have new layers and can run only once, but GRU 'gru' of 'gated' already"
            + " belongs to a model. Create the layers and run the comparison together, in a notebook"
            + " in the same cell: Comparison.of(…).on(…).run().",
        error.getMessage());
    assertSame(first, comparison.result(), "keeps the result of the first run");
  }

  @Test
  void interruptSkipsTheRemainingModels() {
    Thread.currentThread().interrupt();
    Comparison.Result result = comparison().run();
    assertTrue(Thread.interrupted());
    assertEquals(List.of("RNN"), List.copyOf(result.models().keySet()));
    assertEquals(0, result.table().rowCount(), "no epoch was finished");
  }

  @Test
  void trainsTheOtherModelsIfOneDiverges() {
    var seen = new ArrayList<String>();
    Comparison.Result result =
        Comparison.of("first", gru(3), "wild", simpleRnn(3).activation("relu"), "last", gru(3))
            .on(data(40), data(9))
            .callbacks(
                name ->
                    List.of(
                        new Callback() {
                          @Override
                          public void onEpochEnd(
                              TrainingContext training, int epoch, Map<String, Double> logs) {
                            seen.add(name + " " + epoch);
                            if (name.equals("wild")) {
                              training.weights().get(0).values()[0] = Float.NaN;
                            }
                          }
                        }))
            .epochs(2)
            .validationSteps(1)
            .verbose(0)
            .run();
    assertEquals(List.of("first 0", "first 1", "wild 0", "last 0", "last 1"), seen);
    assertEquals(List.of("wild"), List.copyOf(result.failures().keySet()));
    assertArrayEquals(
        result.model("first").weight("gru/kernel").data,
        result.model("last").weight("gru/kernel").data);
    Table table = result.table();
    assertEquals("", table.row(0).getString("failure"));
    assertEquals("The loss became NaN in epoch 2, batch 1.", table.row(1).getString("failure"));
    assertEquals(1, result.model("wild").history().epochs());
  }

  @Test
  void tableHasARowForAModelThatDivergesInItsFirstEpoch() {
    Comparison.Result result =
        Comparison.of("wild", simpleRnn(3).activation("relu"), "tame", simpleRnn(3))
            .on(data(40), data(9))
            .loss(Losses.mse())
            .optimizer(() -> Optimizers.sgd(1e15))
            .epochs(1)
            .verbose(0)
            .run();
    assertEquals(List.of("wild", "tame"), result.table().stringColumn("model").asList());
    assertTrue(Double.isNaN(result.table().row(0).getDouble("best val_loss")));
  }

  /** The validation loss depends on the number of validation steps. */
  @Test
  void passesValidationStepsToFit() {
    Comparison.Result result =
        Comparison.of("GRU", gru(3))
            .on(data(40), data(20))
            .epochs(1)
            .validationSteps(1)
            .verbose(0)
            .run();
    Model model = result.model("GRU");
    assertEquals(
        model.evaluate(data(20).subset(0, 8)).get("loss"),
        result.histories().get("GRU").last("val_loss"),
        1e-12);
  }

  private static Model branched(boolean compiled) {
    var first = input(4, 2);
    var second = input(3);
    var both = concatenate().on(gru(3).on(first), second);
    var model =
        Model.of(
            List.of(first, second),
            List.of(dense(1).name("a").on(both), dense(2).name("b").on(both)));
    if (compiled) {
      model.compile(
          "adam", OutputLoss.of("a", "mse").weight(2), OutputLoss.of("b", "mae").metrics("mse"));
    }
    return model;
  }

  private static Samples twoInputs(int n) {
    var random = new Random(n);
    double[][][] x = new double[n][4][2];
    double[][] z = new double[n][3];
    double[][] y = new double[n][2];
    for (int i = 0; i < n; i++) {
      Arrays.setAll(x[i][3], f -> random.nextGaussian());
      Arrays.setAll(z[i], f -> random.nextGaussian());
      Arrays.setAll(y[i], f -> random.nextGaussian());
    }
    double[] a = Arrays.stream(z).mapToDouble(row -> row[0]).toArray();
    return Samples.of(List.of(x, z)).targets(List.of(a, y)).batchSize(8);
  }

  /** A compiled model keeps its losses; any other gets the settings of the comparison. */
  @Test
  void comparesModelsWithSeveralInputsAndOutputs() {
    Comparison comparison =
        Comparison.of("own", branched(true))
            .and("common", branched(false))
            .on(twoInputs(40), twoInputs(16))
            .optimizer(Optimizers::adam)
            .epochs(2)
            .verbose(0);
    Comparison.Result result = comparison.run();
    for (String name : List.of("own", "common")) {
      Model expected = branched(name.equals("own"));
      if (name.equals("common")) {
        expected.compile("adam", Losses.mae());
      }
      History history =
          expected.fit(twoInputs(40), FitOptions.epochs(2).validation(twoInputs(16)).verbose(0));
      assertEquals(history.names(), result.history(name).names());
      history.names().forEach(n -> assertEquals(history.get(n), result.history(name).get(n), n));
    }
    assertTrue(result.history("own").names().contains("val_b_mse"));
    assertEquals(
        List.of("model", "parameters", "seconds per epoch", "best val_loss", "in epoch"),
        result.table().columnNames());
    assertEquals(2, result.table().rowCount());
    assertTrue(
        assertThrows(IllegalStateException.class, comparison::run)
            .getMessage()
            .contains("'own' was trained"));
    Model same = branched(false);
    assertThrows(IllegalArgumentException.class, () -> Comparison.of("x", same).and("y", same));
    // A stack of layers cannot take two inputs, which is found before any training.
    Comparison mixed = Comparison.of("graph", same).and("stack", gru(2));
    assertThrows(IllegalArgumentException.class, () -> mixed.on(twoInputs(8), twoInputs(8)).run());
    assertEquals(0, same.optimizer().iterations());
  }

  private static Windows windows() {
    double[][] rows = new double[60][1];
    Arrays.setAll(rows, i -> new double[] {10 * Math.sin(i)});
    return TimeSeries.of(rows, "T").target("T").normalizedOn(0, 40).windows().lookback(4).delay(1);
  }

  private static Comparison.Result runOnWindows() {
    Windows windows = windows();
    return Comparison.of("RNN", simpleRnn(2), "GRU", gru(2))
        .on(windows.range(0, 40), windows.range(40, 60))
        .epochs(2)
        .verbose(0)
        .run();
  }

  @Test
  void tablePrintsFourDigits() {
    Table table = runOnWindows().table();

    for (String column : List.of("seconds per epoch", "best val_loss", "MAE, T")) {
      String digits = table.getString(0, column).replace(".", "").replaceFirst("^0+", "");
      assertTrue(digits.length() <= 4, table.print());
    }
  }

  @Test
  void tableContainsTheErrorInTheUnitOfTheTarget() {
    Table table = runOnWindows().table();

    assertEquals(
        table.doubleColumn("best val_loss").get(1) * windows().series().std("T"),
        table.doubleColumn("MAE, T").get(1),
        1e-12);
  }
}
