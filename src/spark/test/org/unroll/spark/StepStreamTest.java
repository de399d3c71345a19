package org.unroll.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.DataStreamWriter;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.Stepper;
import org.unroll.data.Shape;

class StepStreamTest {
  private static final int KEYS = 1_000;
  private static final int FILES = 4;
  private static final int STEPS_PER_FILE = 2;
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.start();
    spark.conf().set("spark.sql.shuffle.partitions", "2");
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static double value(int key, int time) {
    return Math.sin(0.1 * key + time);
  }

  @Test
  void streamContinuesFromItsCheckpointWithoutLosingOrRepeatingAForecast(@TempDir Path folder)
      throws Exception {
    Path source = Files.createDirectory(folder.resolve("source"));
    for (int file = 0; file < FILES; file++) {
      writeFile(source, file);
    }
    Model model = Sequential.of(input(Shape.ANY, 1), gru(8), dense(1));
    StreamingQuery first = write(model, folder).start();
    long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(3);
    while ((first.lastProgress() == null || first.lastProgress().batchId() < 1)
        && System.nanoTime() < end) {
      Thread.sleep(20);
    }
    first.stop(); // during the third batch
    assertTrue(first.lastProgress().batchId() >= 1);
    StreamingQuery second = write(model, folder).trigger(Trigger.AvailableNow()).start();
    assertTrue(second.awaitTermination(TimeUnit.MINUTES.toMillis(3)));

    List<Row> rows = spark.read().parquet(folder.resolve("result").toString()).collectAsList();
    int times = FILES * STEPS_PER_FILE;
    assertEquals(KEYS * times, rows.size());
    Map<Integer, Double> byKeyAndTime = new HashMap<>();
    for (Row row : rows) {
      int time = row.getInt(1);
      assertEquals(time + 1L, row.getLong(4));
      assertTrue(row.isNullAt(5));
      byKeyAndTime.put(row.getInt(0) * times + time, row.getDouble(3));
    }
    assertEquals(KEYS * times, byKeyAndTime.size());
    for (int key = 0; key < KEYS; key++) {
      Stepper stepper = model.stepper();
      for (int time = 0; time < times; time++) {
        assertEquals(stepper.step(value(key, time))[0], byKeyAndTime.get(key * times + time));
      }
    }
  }

  private static void writeFile(Path source, int file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int key = 0; key < KEYS; key++) {
      for (int k = 0; k < STEPS_PER_FILE; k++) {
        int time = file * STEPS_PER_FILE + k;
        lines.add(key + "," + time + "," + value(key, time));
      }
    }
    Collections.shuffle(lines, new Random(file));
    Path path = source.resolve(file + ".csv");
    Files.write(path, lines);
    // The source reads the oldest file first.
    Files.setLastModifiedTime(
        path, java.nio.file.attribute.FileTime.fromMillis(1_700_000_000_000L + 1000L * file));
  }

  private static DataStreamWriter<Row> write(Model model, Path folder) {
    Dataset<Row> readings =
        spark
            .readStream()
            .schema("sensor int, time int, value double")
            .option("maxFilesPerTrigger", 1)
            .csv(folder.resolve("source").toString());
    return SparkModel.of(model)
        .step(readings, "sensor", "time", "value")
        .writeStream()
        .format("parquet")
        .option("path", folder.resolve("result").toString())
        .option("checkpointLocation", folder.resolve("checkpoint").toString());
  }

  @Test
  void rowThatIsNoStepHasAnErrorAndLeavesTheState() {
    Model model = Sequential.of(input(Shape.ANY, 2), gru(3), dense(2));
    Dataset<Row> rows =
        spark.sql(
            "select * from values ('a', timestamp'2024-01-01 00:00:00', 1D, 2),"
                + " ('a', timestamp'2024-01-01 02:00:00', double('NaN'), 2),"
                + " ('a', timestamp'2024-01-01 03:00:00', 3D, 4),"
                + " ('a', timestamp'2024-01-01 03:00:00', 3D, 4),"
                + " ('a', null, 3D, 4) as t(key, time, x, y)");
    List<Row> result = SparkModel.of(model).step(rows, "key", "time", "x", "y").collectAsList();
    Stepper stepper = model.stepper();
    double[] one = stepper.step(1, 2);
    double[] two = stepper.step(3, 4);
    assertEquals(List.of(one[0], one[1]), result.get(0).getList(4));
    assertEquals(1, result.get(0).getLong(5));
    assertTrue(result.get(1).getString(6).contains("but NaN was received"));
    assertEquals(List.of(two[0], two[1]), result.get(2).getList(4));
    assertEquals(2, result.get(2).getLong(5));
    assertTrue(result.get(3).getString(6).contains("not later than the last step of a"));
    assertTrue(result.get(4).getString(6).contains("Each row must have a time"));
  }
}
