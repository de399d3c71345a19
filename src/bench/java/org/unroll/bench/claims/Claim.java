package org.unroll.bench.claims;

import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.simpleRnn;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.unroll.compute.Compute;
import org.unroll.compute.WorkerPool;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.plots.PlotFigure;

/** The measurements of a claim: a table of values over seeds, verdicts and plots. */
final class Claim {
  static final int SEEDS = Integer.getInteger("seeds", 3);

  private final String name;
  private final long began = System.nanoTime();
  private final Map<String, Map<String, List<Double>>> table = new LinkedHashMap<>();

  /** Starts the measurement of a claim, whose name becomes that of the files of its plots. */
  Claim(Class<?> type) {
    name = type.getSimpleName();
  }

  /** Creates a layer of the kind SimpleRNN, LSTM or GRU. */
  static RecurrentLayer<?> recurrent(String kind, int units) {
    return switch (kind) {
      case "SimpleRNN" -> simpleRnn(units);
      case "LSTM" -> lstm(units);
      case "GRU" -> gru(units);
      default ->
          throw new IllegalArgumentException(
              "kind must be SimpleRNN, LSTM or GRU, but was " + kind + ".");
    };
  }

  /** Adds the value of one seed. The seeds must be added in the same order everywhere. */
  void add(String row, String column, double value) {
    table
        .computeIfAbsent(row, key -> new LinkedHashMap<>())
        .computeIfAbsent(column, key -> new ArrayList<>())
        .add(value);
  }

  /** Returns the values of all seeds. */
  double[] values(String row, String column) {
    return table.get(row).get(column).stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Returns the mean over the seeds. */
  double mean(String row, String column) {
    return Arrays.stream(values(row, column)).average().orElseThrow();
  }

  /** Returns whether a value is smaller in one row than in another for every seed. */
  boolean smaller(String column, String row, String otherRow) {
    double[] first = values(row, column);
    double[] second = values(otherRow, column);
    return IntStream.range(0, first.length).allMatch(i -> first[i] < second[i]);
  }

  /** Returns a cell of the table: the mean and the range. */
  String text(String row, String column) {
    List<Double> values = table.get(row).get(column);
    if (values == null) {
      return "";
    }
    double least = values.stream().mapToDouble(v -> v).min().orElseThrow();
    double most = values.stream().mapToDouble(v -> v).max().orElseThrow();
    String mean = number(mean(row, column));
    return number(least).equals(number(most))
        ? mean
        : mean + " (" + number(least) + " to " + number(most) + ")";
  }

  private static String number(double value) {
    if (!Double.isFinite(value)) {
      return Double.isNaN(value) ? "none" : "∞";
    }
    if (value != 0 && Math.abs(value) < 1e-3) {
      return String.format(Locale.ROOT, "%.1e", value);
    }
    return Math.abs(value) >= 1000
        ? String.format(Locale.ROOT, "%,.0f", value)
        : new BigDecimal(value).round(new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  /** Prints the table. */
  void print() {
    System.out.println("# " + name);
    System.out.println();
    System.out.printf(
        Locale.ROOT,
        "%s, threads: %d, seeds: %d, %.0f s%n%n",
        Compute.describe(),
        WorkerPool.defaultThreads(),
        SEEDS,
        (System.nanoTime() - began) * 1e-9);
    List<String> columns =
        table.values().stream().flatMap(row -> row.keySet().stream()).distinct().toList();
    System.out.println("| | " + String.join(" | ", columns) + " |");
    System.out.println("|---|" + "---:|".repeat(columns.size()));
    for (String row : table.keySet()) {
      List<String> cells = columns.stream().map(column -> text(row, column)).toList();
      System.out.println("| " + row + " | " + String.join(" | ", cells) + " |");
    }
    System.out.println();
  }

  /** Prints what an article claims and what was found. */
  static void verdict(String article, boolean holds, String found) {
    System.out.println("Article: " + article);
    System.out.println((holds ? "Confirmed: " : "Not confirmed: ") + found);
  }

  /** Saves a plot as SVG and HTML in {@code target/claims}. */
  void save(String what, PlotFigure figure) throws IOException {
    Path folder = Files.createDirectories(Path.of("target", "claims"));
    for (String end : List.of(".svg", ".html")) {
      Path file = folder.resolve(name + what + end);
      figure.save(file);
      System.out.println("Plot: " + file);
    }
  }
}
