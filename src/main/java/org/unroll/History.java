package org.unroll;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.internal.Suggestion;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/**
 * The record of a training run, as Keras's {@code History}. It contains the loss, the metrics,
 * their validation values ({@code val_loss}, …) and the seconds of each finished epoch.
 */
public final class History {
  private final Map<String, List<Double>> values = new LinkedHashMap<>();
  private final List<Double> seconds = new ArrayList<>();
  private final int firstEpoch;

  History(int firstEpoch) {
    this.firstEpoch = firstEpoch;
  }

  /** Returns the callback that fills this history. It must be the last callback. */
  Callback recorder() {
    return new Callback() {
      private long begin;

      @Override
      public void onEpochBegin(TrainingContext training, int epoch) {
        begin = System.nanoTime();
      }

      @Override
      public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
        // A callback may add a value in some epochs only; other epochs have NaN.
        logs.keySet().forEach(name -> values.computeIfAbsent(name, key -> noValues(epochs())));
        values.forEach((name, column) -> column.add(logs.getOrDefault(name, Double.NaN)));
        seconds.add((System.nanoTime() - begin) / 1e9);
      }

      @Override
      public void writeState(DataOutput out) throws IOException {
        out.writeLong(System.nanoTime() - begin);
        out.writeInt(epochs());
        for (double value : seconds) {
          out.writeDouble(value);
        }
        out.writeInt(values.size());
        for (Map.Entry<String, List<Double>> column : values.entrySet()) {
          out.writeUTF(column.getKey());
          for (double value : column.getValue()) {
            out.writeDouble(value);
          }
        }
      }

      @Override
      public void readState(DataInput in) throws IOException {
        begin = System.nanoTime() - in.readLong();
        int epochs = in.readInt();
        readColumn(in, epochs, seconds);
        int names = in.readInt();
        for (int i = 0; i < names; i++) {
          List<Double> column = new ArrayList<>();
          values.put(in.readUTF(), column);
          readColumn(in, epochs, column);
        }
      }
    };
  }

  private static void readColumn(DataInput in, int count, List<Double> column) throws IOException {
    for (int i = 0; i < count; i++) {
      column.add(in.readDouble());
    }
  }

  private static List<Double> noValues(int count) {
    return new ArrayList<>(Collections.nCopies(count, Double.NaN));
  }

  /** Returns the number of finished epochs. */
  public int epochs() {
    return seconds.size();
  }

  /**
   * Returns the names of the recorded values in the order of the logs: {@code loss}, the metrics,
   * {@code val_loss}, ….
   */
  public List<String> names() {
    return List.copyOf(values.keySet());
  }

  /**
   * Returns the values with a name, one for each epoch.
   *
   * @param name such as {@code val_loss}; see {@link #names()}
   * @throws IllegalArgumentException if there is no such name
   */
  public List<Double> get(String name) {
    List<Double> column = values.get(name);
    if (column == null) {
      throw new IllegalArgumentException(
          Suggestion.unknown("values", name, names())
              + (epochs() == 0 ? " No epoch has finished." : ""));
    }
    return Collections.unmodifiableList(column);
  }

  /** Returns the smallest value with a name, or NaN if any value is NaN. */
  public double min(String name) {
    return get(name).stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  /** Returns the largest value with a name, or NaN if any value is NaN. */
  public double max(String name) {
    return get(name).stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /** Returns the value of the last epoch. */
  public double last(String name) {
    List<Double> column = get(name);
    return column.get(column.size() - 1);
  }

  /** Returns the seconds of each epoch, including validation. */
  public List<Double> seconds() {
    return Collections.unmodifiableList(seconds);
  }

  /** Returns a table with a row for each epoch: its number from 1, all values, and the seconds. */
  public Table toTable() {
    Table table = Table.create("History");
    IntColumn epochs = IntColumn.create("epoch");
    for (int i = 0; i < epochs(); i++) {
      epochs.append(firstEpoch + i + 1);
    }
    table.addColumns(epochs);
    values.forEach((name, column) -> table.addColumns(DoubleColumn.create(name, column)));
    table.addColumns(DoubleColumn.create("seconds", seconds));
    return table;
  }

  /** Plots the training and validation curves. */
  public Figure plot() {
    return PlotProvider.find().history(this);
  }

  /** Returns one line for each epoch. */
  @Override
  public String toString() {
    if (epochs() == 0) {
      return "History: no epoch has finished";
    }
    var text = new StringBuilder();
    for (int i = 0; i < epochs(); i++) {
      int epoch = i;
      text.append(
          String.format(Locale.ROOT, "epoch %3d  %.1fs", firstEpoch + i + 1, seconds.get(i)));
      values.forEach(
          (name, column) ->
              text.append(String.format(Locale.ROOT, "  %s: %.4f", name, column.get(epoch))));
      text.append('\n');
    }
    return text.toString().stripTrailing();
  }
}
