package org.unroll.plots;

import static org.unroll.layers.Layers.additiveAttention;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;

import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.unroll.ConfusionMatrix;
import org.unroll.Sequential;
import org.unroll.ThresholdCurves;
import org.unroll.data.Samples;
import org.unroll.forecasting.IntegratedGradients;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/** Examples of every ready-made plot by method name, with data of realistic size. */
public final class PlotGallery {

  private static final List<String> CELLS = List.of("SimpleRNN", "LSTM", "GRU");
  private static final List<String> WORDS =
      List.of(
          ("the plot was slow and the music too loud but the two leads were so good that i did not"
                  + " want it to end")
              .split(" ", -1));

  private PlotGallery() {}

  public static Map<String, Supplier<Figure>> figures() {
    Map<String, Supplier<Figure>> figures = new LinkedHashMap<>();
    figures.put("lines", PlotGallery::lines);
    figures.put("points", PlotGallery::points);
    figures.put(
        "bars",
        () ->
            Plots.bars(
                "Time of an epoch",
                "time (s)",
                List.of("1 core", "2 cores"),
                named(i -> new double[] {3 + i, 1.7 + i * 0.6})));
    figures.put(
        "means",
        () ->
            Plots.means(
                "Accuracy over 5 seeds",
                "accuracy",
                List.of("50 steps", "100 steps", "200 steps"),
                named(
                    i ->
                        new double[][] {
                          noise(i, 5, k -> 0.9 + 0.02 * k),
                          noise(i + 7, 5, k -> 0.7 + 0.03 * k),
                          noise(i + 9, 5, k -> 0.5 + 0.05 * k)
                        })));
    figures.put(
        "runs",
        () ->
            Plots.runs(
                "Errors over 5 seeds",
                "log10 of the MSE",
                named(i -> noise(i, 5, k -> -3.0 + 0.1 * k)),
                named(i -> i == 0 ? "worse" : "no clear difference")));
    figures.put(
        "histogram",
        () -> Plots.histogram("Length of reviews", "words", noise(3, 800, x -> 200 + 60 * x)));
    figures.put("heatMap", PlotGallery::heatMap);
    figures.put(
        "heatMaps",
        () ->
            Plots.heatMaps(
                "States of two layers",
                "time step",
                named(i -> matrix(12, 80, (r, c) -> Math.sin(0.1 * c * (r + 1 + i))))));
    figures.put("history", () -> Plots.history(history(0)));
    figures.put("comparison", () -> Plots.comparison(named(PlotGallery::history), "loss", "mae"));
    figures.put(
        "meanAbsoluteErrors",
        () ->
            Plots.meanAbsoluteErrors(
                Map.of("SimpleRNN", 2.46, "LSTM", 2.38, "GRU", 2.35),
                Map.of("last value", 2.57, "ridge", 2.44),
                "°C"));
    figures.put("series", () -> Plots.series(weather(), "T (°C)", "p (mbar)"));
    figures.put("correlation", () -> Plots.correlation(weather()));
    figures.put(
        "attributions",
        () -> Plots.attributions(IntegratedGradients.of(echo(24, 1), days().range(0, 300), 0), 5));
    figures.put("forecast", PlotGallery::forecast);
    figures.put(
        "forecastBand",
        () -> {
          Windows windows = days().range(500, 700);
          return Plots.forecastBand(windows, echo(24, 1), days().range(0, 500), 0.8);
        });
    figures.put("forecastBands", PlotGallery::forecastBands);
    figures.put(
        "errorDistribution",
        () ->
            Plots.errorDistribution(
                days().range(400, 700), Map.of("GRU", echo(24, 1), "LSTM", echo(24, 0.5))));
    figures.put(
        "errorByHorizon",
        () ->
            Plots.errorByHorizon(
                series().windows().lookback(24).horizon(1).targetSteps(12).range(400, 700),
                Map.of("GRU", echo(24, 1, 12), "LSTM", echo(24, 0.5, 12))));
    figures.put(
        "errorByHour",
        () ->
            Plots.errorByHour(
                days().range(400, 700), Map.of("GRU", echo(24, 1), "LSTM", echo(24, 0.5))));
    figures.put("gates", PlotGallery::gates);
    figures.put("attention", PlotGallery::attention);
    figures.put(
        "gradientNorms",
        () -> Plots.gradientNorms(named(i -> fading(i, 100, Math.exp(-0.2 / (1 + 3 * i))))));
    figures.put(
        "eigenvalues",
        () -> Plots.eigenvalues(Sequential.seeded(7, input(10, 4), lstm(32), dense(1)), "lstm"));
    figures.put(
        "singularValues",
        () -> Plots.singularValues(Sequential.seeded(7, input(10, 4), gru(32), dense(1)), "gru"));
    figures.put(
        "model",
        () ->
            Plots.model(
                Sequential.of(
                    input(240, 14),
                    gru(32).returnSequences(true),
                    dropout(0.2),
                    gru(32),
                    dense(1))));
    figures.put("eventRolls", PlotGallery::eventRolls);
    figures.put(
        "bestSoFar",
        () -> {
          Map<String, Table> searches = new LinkedHashMap<>();
          searches.put("random", trials(1));
          searches.put("Bayesian", trials(2));
          return Plots.bestSoFar(searches, "val_loss", false);
        });
    figures.put(
        "parallelCoordinates", () -> Plots.parallelCoordinates(trials(1), "val_loss", false));
    figures.put("slices", () -> Plots.slices(trials(1), "val_loss"));
    figures.put(
        "importance",
        () ->
            Plots.importance(
                Map.of("learning_rate", 0.61, "units", 0.24, "dropout", 0.1, "activation", 0.05)));
    figures.put(
        "confusionMatrix",
        () ->
            Plots.confusionMatrix(
                ConfusionMatrix.of(
                    CELLS, drawn(200, (i, d) -> i % 3), drawn(200, (i, d) -> d > 0 ? i % 3 : 1))));
    figures.put("roc", () -> Plots.roc(named(PlotGallery::curves)));
    figures.put("precisionRecall", () -> Plots.precisionRecall(named(PlotGallery::curves)));
    return figures;
  }

  private interface Drawn {
    int of(int number, double noise);
  }

  private static int[] drawn(int count, Drawn values) {
    double[] noise = noise(count, count, x -> x);
    return IntStream.range(0, count).map(i -> values.of(i, noise[i])).toArray();
  }

  private static ThresholdCurves curves(int number) {
    int[] truth = drawn(300, (i, d) -> d > 0.5 ? 1 : 0);
    double[] scores = noise(number, 300, x -> 0.2 * x);
    Arrays.setAll(scores, i -> 1 / (1 + Math.exp(-scores[i] * (5 - number) - truth[i])));
    return ThresholdCurves.of(truth, scores);
  }

  private interface ByNumber<T> {
    T of(int number);
  }

  private interface Cell {
    double at(int row, int column);
  }

  private static <T> Map<String, T> named(ByNumber<T> values) {
    Map<String, T> map = new LinkedHashMap<>();
    for (int i = 0; i < CELLS.size(); i++) {
      map.put(CELLS.get(i), values.of(i));
    }
    return map;
  }

  private static double[] noise(long seed, int count, DoubleUnaryOperator of) {
    Random random = new Random(seed);
    return DoubleStream.generate(random::nextGaussian).limit(count).map(of).toArray();
  }

  /** Returns values that decrease by a constant factor per step, with noise, as gradients do. */
  private static double[] fading(long seed, int count, double factor) {
    double[] values = noise(seed, count, x -> Math.exp(0.15 * x));
    for (int i = 0; i < count; i++) {
      values[i] *= Math.pow(factor, i);
    }
    return values;
  }

  private static double[][] matrix(int rows, int columns, Cell cell) {
    double[][] matrix = new double[rows][columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        matrix[r][c] = cell.at(r, c);
      }
    }
    return matrix;
  }

  private static Figure lines() {
    double[] lengths = {10, 30, 100, 300, 1000};
    return Plots.lines(
            "Time of a step over the length",
            "length (time steps)",
            "time (ms)",
            lengths,
            named(i -> Arrays.stream(lengths).map(n -> (0.1 + 0.05 * i) * n + 1).toArray()))
        .logX()
        .logY();
  }

  private static Figure points() {
    return Plots.points(
        "Hidden states of reviews",
        "first principal component",
        "second principal component",
        Map.of(
            "negative", matrix(80, 2, (r, c) -> noise(r, 2, x -> x - 1)[c]),
            "positive", matrix(80, 2, (r, c) -> noise(r + 99, 2, x -> x + 1)[c])));
  }

  private static Figure heatMap() {
    return Plots.heatMap(
        "Confusion of the classes",
        "predicted",
        "true",
        List.of("tone", "chirp", "noise", "click", "siren"),
        List.of("tone", "chirp", "noise", "click", "siren"),
        matrix(5, 5, (r, c) -> r == c ? 80 + r : 3.0 * (5 - Math.abs(r - c))));
  }

  private static Table history(int number) {
    int epochs = 10;
    double[] loss = new double[epochs];
    Arrays.setAll(loss, e -> 0.3 + (0.5 + 0.1 * number) * Math.exp(-0.4 * e));
    double[] validation = new double[epochs];
    Arrays.setAll(validation, e -> loss[e] + 0.01 * (number + 1) * e);
    return Table.create(
        "History",
        IntColumn.create("epoch", IntStream.rangeClosed(1, epochs).toArray()),
        DoubleColumn.create("loss", loss),
        DoubleColumn.create("mae", Arrays.stream(loss).map(Math::sqrt).toArray()),
        DoubleColumn.create("val_loss", validation),
        DoubleColumn.create("val_mae", Arrays.stream(validation).map(Math::sqrt).toArray()),
        DoubleColumn.create("seconds", new double[epochs]));
  }

  private static Table weather() {
    int hours = 720;
    LocalDateTime start = LocalDateTime.of(2020, 5, 1, 0, 0);
    double[] wind = noise(5, hours, x -> 3 + Math.abs(2 * x));
    double[] t = noise(6, hours, x -> 0.6 * x);
    double[] p = noise(8, hours, x -> x);
    for (int h = 0; h < hours; h++) {
      double weather = Math.sin(h / 70.0);
      t[h] += 12 + 5 * Math.sin((h - 9) * Math.PI / 12) + 4 * weather;
      p[h] += 990 - 6 * weather - 0.5 * wind[h];
    }
    return Table.create(
        "Weather",
        DateTimeColumn.create("time", IntStream.range(0, hours).mapToObj(start::plusHours)),
        DoubleColumn.create("T (°C)", t),
        DoubleColumn.create("p (mbar)", p),
        DoubleColumn.create("wind (m/s)", wind),
        DoubleColumn.create("rh (%)", Arrays.stream(t).map(x -> 100 - 2.5 * x).toArray()));
  }

  private static TimeSeries series() {
    Table table = Table.create(weather().column("time"), weather().column("T (°C)"));
    return TimeSeries.of(table).target("T (°C)").normalizedOn(0, 400);
  }

  private static Windows days() {
    return series().windows().lookback(24).horizon(3);
  }

  /** Returns a model that forecasts a share of the last input value. */
  private static Sequential echo(int lookback, double share) {
    return echo(lookback, share, 1);
  }

  private static Sequential echo(int lookback, double share, int outputs) {
    Sequential model = Sequential.of(input(lookback, 1), flatten(), dense(outputs));
    for (int r = 0; r < lookback; r++) {
      for (int c = 0; c < outputs; c++) {
        model.weight("dense/kernel").set(r, c, r == lookback - 1 ? (float) share : 0);
      }
    }
    return model;
  }

  private static Figure forecastBands() {
    double[] truth = noise(5, 100, x -> 10 + x);
    Table table =
        Table.create(
            DateTimeColumn.create(
                "time",
                IntStream.range(0, 100)
                    .mapToObj(h -> LocalDateTime.of(2020, 1, 1, 0, 0).plusHours(h))),
            DoubleColumn.create("T (°C)", truth));
    double[] levels = {0.025, 0.1, 0.5, 0.9, 0.975};
    double[] z = {-1.96, -1.28, 0, 1.28, 1.96};
    for (int k = 0; k < levels.length; k++) {
      double shift = z[k];
      table.addColumns(
          DoubleColumn.create(
              "T (°C) q" + levels[k],
              IntStream.range(0, 100).mapToDouble(i -> 10 + shift + Math.sin(0.1 * i)).toArray()));
    }
    table.addColumns(
        BooleanColumn.create(
            "anomaly", Arrays.stream(truth).mapToObj(y -> y > 12).toArray(Boolean[]::new)));
    return Plots.forecastBands(table);
  }

  private static Figure forecast() {
    return Plots.forecast(
        days().range(500, 700), Map.of("GRU", echo(24, 1), "LSTM", echo(24, 0.5)));
  }

  private static Figure gates() {
    Sequential model = Sequential.seeded(3, input(60, 2), lstm(16), dense(1));
    double[][][] wave = {matrix(60, 2, (t, f) -> 2 * Math.sin(t / (4.0 + 3 * f)))};
    return Plots.gates(model.record(Samples.of(wave), 0), "lstm");
  }

  private static Figure attention() {
    int length = WORDS.size();
    Sequential model =
        Sequential.seeded(
            5, input(length, 3), gru(8).returnSequences(true), additiveAttention(8), dense(1));
    double[][][] words = {matrix(length, 3, (t, f) -> 3 * Math.sin(7.0 * t + f))};
    return Plots.attention(model.record(Samples.of(words), 0), WORDS);
  }

  private static Figure eventRolls() {
    int frames = 256;
    List<String> classes =
        List.of(
            "tone", "chirp", "noise", "click", "siren", "buzz", "bell", "whistle", "drum", "rain");
    double[][] truth = matrix(frames, 10, (t, k) -> (t + 37 * k) % 150 < 40 && k % 3 != 1 ? 1 : 0);
    Random random = new Random(1);
    double[][] heard =
        matrix(
            frames,
            10,
            (t, k) -> Math.min(1, Math.max(0, 0.8 * truth[t][k] + 0.15 * random.nextGaussian())));
    double[][] spectrogram =
        matrix(
            frames,
            128,
            (t, b) -> {
              double level = -60 + 4 * random.nextGaussian();
              for (int k = 0; k < 10; k++) {
                level += truth[t][k] * 35 * Math.exp(-0.02 * Math.pow(b - 12 * k - 5, 2));
              }
              return level;
            });
    return Plots.eventRolls(spectrogram, 0.016, classes, truth, heard);
  }

  private static Table trials(long seed) {
    int count = 30;
    Random random = new Random(seed);
    Table table =
        Table.create(
            "trials",
            IntColumn.create("trial", count),
            IntColumn.create("units", count),
            StringColumn.create("cell", count),
            DoubleColumn.create("dropout", count),
            DoubleColumn.create("learning_rate", count),
            BooleanColumn.create("second layer", count),
            DoubleColumn.create("val_loss", count),
            DoubleColumn.create("seconds", count));
    for (int i = 0; i < count; i++) {
      double units = 50 + 20 * random.nextInt(6);
      double dropout = 0.1 * random.nextInt(6);
      double rate = Math.pow(10, -4 + 2.5 * random.nextDouble());
      double off = Math.log10(rate) + 2.7;
      double loss = 0.3 + 0.04 * off * off + 0.0003 * Math.abs(units - 110) + 0.03 * dropout;
      table.intColumn("trial").set(i, i);
      table.intColumn("units").set(i, (int) units);
      table.stringColumn("cell").set(i, CELLS.get(random.nextInt(3)));
      table.doubleColumn("dropout").set(i, dropout);
      table.doubleColumn("learning_rate").set(i, rate);
      table.booleanColumn("second layer").set(i, random.nextBoolean());
      table.doubleColumn("val_loss").set(i, loss + 0.01 * random.nextGaussian());
      table.doubleColumn("seconds").set(i, 10);
    }
    table.doubleColumn("val_loss").setMissing(4);
    return table;
  }
}
