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
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/**
 * What a training run leaves behind, as Keras's {@code History}: for each finished epoch the loss,
 * the metrics, their validation twins ({@code val_loss}, …) and the seconds it took.
 */
public final class History {
  private final Map<String, List<Double>> values = new LinkedHashMap<>();
  private final List<Double> seconds = new ArrayList<>();
  private final int firstEpoch;

  History(int firstEpoch) {
    this.firstEpoch = firstEpoch;
  }

  /** The callback that fills this history; it has to see the logs after all others. */
  Callback recorder() {
    return new Callback() {
      private long begin;

      @Override
      public void onEpochBegin(TrainingContext training, int epoch) {
        begin = System.nanoTime();
      }

      @Override
      public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
        // A callback may add a value to some epochs only; the others have NaN in its place.
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

  /** The number of epochs that were finished. */
  public int epochs() {
    return seconds.size();
  }

  /**
   * What was recorded, in the order of a log line: {@code loss}, the metrics, {@code val_loss}, …
   */
  public List<String> names() {
    return List.copyOf(values.keySet());
  }

  /**
   * The values under a name, one for each epoch.
   *
   * @throws IllegalArgumentException if there is no such name, with those there are
   */
  public List<Double> get(String name) {
    List<Double> column = values.get(name);
    if (column == null) {
      throw new IllegalArgumentException(
          "This history has no '"
              + name
              + "'. It has: "
              + names()
              + (epochs() == 0 ? " (no epoch was finished)" : ""));
    }
    return Collections.unmodifiableList(column);
  }

  /** The smallest value under a name; NaN if one of them is NaN. */
  public double min(String name) {
    return get(name).stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  /** The largest value under a name; NaN if one of them is NaN. */
  public double max(String name) {
    return get(name).stream().mapToDouble(Double::doubleValue).max().orElseThrow();
  }

  /** The value of the last epoch. */
  public double last(String name) {
    List<Double> column = get(name);
    return column.get(column.size() - 1);
  }

  /** The seconds each epoch took, its validation included. */
  public List<Double> seconds() {
    return Collections.unmodifiableList(seconds);
  }

  /** A row for each epoch: its number from 1, everything recorded, the seconds. */
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

  /** The training and validation curves. */
  public Figure plot() {
    return PlotProvider.find().history(this);
  }

  /** One line for each epoch. */
  @Override
  public String toString() {
    if (epochs() == 0) {
      return "History: no epoch was finished";
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
