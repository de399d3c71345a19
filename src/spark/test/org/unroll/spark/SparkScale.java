package org.unroll.spark;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Shape;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * Measures forecasts of many series and predictions of many rows on a cluster:
 *
 * <pre>
 * master=$(src/spark/cluster start)
 * src/spark/cluster run org.unroll.spark.SparkScale "$master" forecasts 500
 * src/spark/cluster run org.unroll.spark.SparkScale "$master" predictions 10000000
 * src/spark/cluster stop
 * </pre>
 */
public final class SparkScale {
  static final int STEPS = 12;
  private static final int DAYS = 200;
  private static final int ROUNDS = 3;
  private static final int EMPTY_TASKS = 500;

  private SparkScale() {}

  /**
   * Prints the measurements.
   *
   * @param args the master, what is measured, and the number of series or rows
   */
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[2]);
    if (args[1].equals("forecasts")) {
      forecasts(args[0], count);
    } else {
      predictions(args[0], count);
    }
  }

  /** Returns a session on some cores of a cluster with one core per worker. */
  static SparkSession session(String master, int cores) {
    String classes = Path.of("target/classes").toAbsolutePath().toString();
    String tests = Path.of("target/test-classes").toAbsolutePath().toString();
    String log = Path.of("src/spark/log4j2.properties").toAbsolutePath().toString();
    return SparkSession.builder()
        .appName("unroll")
        .master(master)
        .config("spark.ui.enabled", "false")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.cores.max", cores)
        .config("spark.scheduler.minRegisteredResourcesRatio", "1.0")
        .config("spark.scheduler.maxRegisteredResourcesWaitingTime", "120s")
        .config("spark.executor.extraClassPath", classes + ":" + tests)
        .config("spark.executor.memory", "512m")
        .config("spark.executor.metrics.pollingInterval", "200ms")
        .config(
            "spark.executor.extraJavaOptions", "-XX:+UseSerialGC -Dlog4j2.configurationFile=" + log)
        .config("spark.sql.warehouse.dir", "target/spark-warehouse")
        .config("spark.sql.shuffle.partitions", "60")
        .getOrCreate();
  }

  private static void print(String format, Object... arguments) {
    System.out.println(String.format(Locale.ROOT, format, arguments));
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private static void forecasts(String master, int count) throws Exception {
    List<Row> rows = new ArrayList<>();
    List<Table> tables = new ArrayList<>();
    for (int store = 0; store < count; store++) {
      List<Row> own = ShopForecast.rows(store, DAYS);
      rows.addAll(own);
      tables.add(ShopForecast.table(own));
    }
    WorkerPool.withDefaultThreads(
        1,
        () -> {
          for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            tables.forEach(ShopForecast::fitAndForecast);
            double loop = seconds(begin);
            print("plain loop: %.2f s, %.2f ms per series", loop, 1e3 * loop / count);
          }
          return null;
        });
    Map<Integer, Double> best = new HashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      for (int cores = 1; cores <= 2; cores++) {
        try (SparkSession spark = session(master, cores)) {
          double time = forecasts(spark, rows, count);
          best.merge(cores, time, Math::min);
          print("%d executors of 1 core: %.2f s", cores, time);
        }
      }
    }
    print("ratio of the best times: %.2f", best.get(1) / best.get(2));
  }

  private static double forecasts(SparkSession spark, List<Row> rows, int count) {
    var written = new AtomicLong();
    spark
        .sparkContext()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onStageCompleted(SparkListenerStageCompleted stage) {
                written.addAndGet(
                    stage.stageInfo().taskMetrics().shuffleWriteMetrics().bytesWritten());
              }
            });
    Dataset<Row> data = ShopForecast.dataset(spark, rows);
    SparkForecasts all = SparkForecasts.of(data, "store");
    noop(all.forEach(ShopForecast::fitAndForecast)); // starts the executors and compiles the code
    long before = written.get();
    long begin = System.nanoTime();
    noop(all.forEach(ShopForecast::fitAndForecast));
    double time = seconds(begin);
    print("shuffle: %d bytes per series", (written.get() - before) / count);
    begin = System.nanoTime();
    noop(all.partitions(EMPTY_TASKS).forEach(SparkScale::constant));
    double empty = seconds(begin);
    print("%d tasks with a constant forecast: %.2f s", EMPTY_TASKS, empty);
    Model model = Sequential.of(input(14, 1), gru(32), dense(21));
    print("model file of a GRU with 32 units: %d bytes", bytes(model));
    return time;
  }

  private static int bytes(Model model) {
    try {
      return ModelFile.of(model::save).bytes().length;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static SeriesForecast constant(Table series) {
    return SeriesForecast.of(Table.create(DoubleColumn.create("sales", new double[] {1})));
  }

  private static void noop(Dataset<Row> rows) {
    rows.write().format("noop").mode("overwrite").save();
  }

  /** Returns windows that are computed from their id, as by {@link #value}. */
  static Dataset<Row> windows(SparkSession spark, long count, int partitions) {
    return spark
        .range(0, count, 1, partitions)
        .selectExpr(
            "id",
            "transform(sequence(0, "
                + (STEPS - 1)
                + "), t -> (id * 31 + t * 17) % 101 / 50 - 1) as window");
  }

  static double value(long id, int t) {
    return (double) ((id * 31 + t * 17L) % 101) / 50 - 1;
  }

  private static void predictions(String master, int count) throws IOException {
    Model model = Sequential.of(input(Shape.of(STEPS, 1).toArray()), gru(16), dense(1));
    try (SparkSession spark = session(master, 2)) {
      SparkModel transformer = SparkModel.of(model).setInputCol("window");
      Dataset<Row> warm = transformer.transform(windows(spark, 100_000, 8));
      noop(warm);
      for (int part = 1; part <= 4; part++) {
        long rows = (long) count * part / 10;
        long begin = System.nanoTime();
        noop(transformer.transform(windows(spark, rows, 40)));
        double time = seconds(begin);
        print("%,d rows: %.1f s, %,.0f rows/s; %s", rows, time, rows / time, heap(spark));
      }
    }
  }

  /** Returns the largest heap of each executor so far. */
  private static String heap(SparkSession spark) {
    var text = new StringBuilder("peak heap");
    var executors = spark.sparkContext().statusStore().executorList(true).iterator();
    while (executors.hasNext()) {
      var executor = executors.next();
      if (!executor.id().equals("driver") && executor.peakMemoryMetrics().isDefined()) {
        long bytes = executor.peakMemoryMetrics().get().getMetricValue("JVMHeapMemory");
        text.append(String.format(Locale.ROOT, ", executor %s: %d MB", executor.id(), bytes >> 20));
      }
    }
    return text.toString();
  }
}
