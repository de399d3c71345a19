package org.unroll.spark;

import java.nio.ByteBuffer;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.FlatMapGroupsWithStateFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.streaming.GroupState;
import org.apache.spark.sql.streaming.GroupStateTimeout;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.types.StructType;
import org.unroll.Model;
import org.unroll.Stepper;
import org.unroll.network.NetworkState;
import scala.collection.mutable.ArraySeq;

/**
 * Runs a model step by step over the new rows of a key. The state of a key is a version, the first
 * bytes of the digest of the model, the number of its steps, the time of the last one, and the
 * values of the states of all layers.
 *
 * @param file the model
 * @param time the index of the column of times
 * @param values the indices of the columns of the features
 */
record StepFunction(ModelFile.Shared file, int time, int[] values)
    implements FlatMapGroupsWithStateFunction<Row, Row, byte[], Row> {
  private static final byte VERSION = 1;
  private static final int HEADER = 1 + 3 * Long.BYTES;

  static Dataset<Row> apply(
      StepFunction function,
      Dataset<Row> rows,
      String key,
      StructType keySchema,
      StructType result) {
    return rows.groupBy(functions.col("`" + key.replace("`", "``") + "`"))
        .as(Encoders.row(keySchema), Encoders.row(rows.schema()))
        .flatMapGroupsWithState(
            function,
            OutputMode.Append(),
            Encoders.BINARY(),
            Encoders.row(result),
            GroupStateTimeout.NoTimeout());
  }

  /** A row with its time, or null. */
  private record TimedRow(Long time, Row row) {}

  @Override
  public Iterator<Row> call(Row key, Iterator<Row> rows, GroupState<byte[]> state)
      throws Exception {
    List<TimedRow> sorted = new ArrayList<>();
    while (rows.hasNext()) {
      Row row = rows.next();
      sorted.add(new TimedRow(micros(row.get(time)), row));
    }
    sorted.sort(
        Comparator.comparing(TimedRow::time, Comparator.nullsLast(Comparator.naturalOrder())));
    Model model = file.get(Model.class, path -> Model.load(path, false));
    return SparkTask.run(() -> step(model.stepper(), key, sorted, state)).iterator();
  }

  private List<Row> step(Stepper stepper, Row key, List<TimedRow> rows, GroupState<byte[]> state) {
    long steps = 0;
    Long last = null;
    if (state.exists()) {
      ByteBuffer bytes = ByteBuffer.wrap(state.get());
      requireSameModel(key, bytes);
      steps = bytes.getLong();
      last = bytes.getLong();
      if (steps > 0) {
        stepper.state(read(bytes, stepper.state()));
      }
    }
    List<Row> results = new ArrayList<>(rows.size());
    double[] features = new double[values.length];
    long before = steps;
    for (TimedRow timed : rows) {
      String error = error(key, timed, last, steps > 0);
      for (int i = 0; error == null && i < values.length; i++) {
        Object value = timed.row.get(values[i]);
        features[i] = value == null ? Double.NaN : ((Number) value).doubleValue();
        if (!Float.isFinite((float) features[i])) {
          error =
              "Each value must be finite and in the range of float, but "
                  + value
                  + " was received. The state of the key is as before.";
        }
      }
      if (error != null) {
        results.add(result(timed.row, null, null, error));
        continue;
      }
      double[] output = stepper.step(features);
      steps++;
      last = timed.time;
      results.add(
          result(
              timed.row,
              output.length == 1 ? output[0] : new ArraySeq.ofDouble(output),
              steps,
              null));
    }
    if (steps > before) {
      state.update(write(steps, last, stepper.state()));
    }
    return results;
  }

  private static String error(Row key, TimedRow row, Long last, boolean hasLast) {
    if (row.time == null) {
      return "Each row must have a time, but it is null. The state of the key is as before.";
    }
    return hasLast && row.time <= last
        ? "Each row must be later than the one before of the same key, but this one is not later"
            + " than the last step of "
            + key.get(0)
            + ". The state of the key is as before."
        : null;
  }

  private void requireSameModel(Row key, ByteBuffer bytes) {
    byte version = bytes.get();
    long model = bytes.getLong();
    if (version != VERSION || model != modelNumber()) {
      throw new IllegalStateException(
          "The states of a stream must be those of its model, but the state of the key "
              + key.get(0)
              + " was written by another model (or version of Unroll). Start the query with the"
              + " model of its checkpoint, or with a new checkpoint.");
    }
  }

  private long modelNumber() {
    return Long.parseUnsignedLong(file.hash().substring(0, 16), 16);
  }

  private static NetworkState read(ByteBuffer bytes, NetworkState state) {
    for (String name : state.names()) {
      double[][] one = state.get(name);
      for (int i = 0; i < one[0].length; i++) {
        one[0][i] = bytes.getFloat();
      }
      state.set(name, one);
    }
    return state;
  }

  private byte[] write(long steps, long last, NetworkState state) {
    int size = state.names().stream().mapToInt(name -> state.get(name)[0].length).sum();
    ByteBuffer bytes = ByteBuffer.allocate(HEADER + Float.BYTES * size);
    bytes.put(VERSION).putLong(modelNumber()).putLong(steps).putLong(last);
    for (String name : state.names()) {
      for (double value : state.get(name)[0]) {
        bytes.putFloat((float) value);
      }
    }
    return bytes.array();
  }

  private static Row result(Row row, Object prediction, Long step, String error) {
    int length = row.length();
    Object[] values = new Object[length + 3];
    for (int i = 0; i < length; i++) {
      values[i] = row.get(i);
    }
    values[length] = prediction;
    values[length + 1] = step;
    values[length + 2] = error;
    return RowFactory.create(values);
  }

  private static Long micros(Object time) {
    if (time == null) {
      return null;
    } else if (time instanceof Number number) {
      return number.longValue();
    } else if (time instanceof Timestamp timestamp) {
      return micros(timestamp.toInstant());
    } else if (time instanceof Date date) {
      return date.toLocalDate().toEpochDay();
    } else if (time instanceof LocalDate date) {
      return date.toEpochDay();
    } else if (time instanceof LocalDateTime local) {
      return micros(local.toInstant(ZoneOffset.UTC));
    }
    return ChronoUnit.MICROS.between(Instant.EPOCH, (Instant) time);
  }
}
