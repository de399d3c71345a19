package org.unroll.spark;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.XXH64;
import org.unroll.Model;
import org.unroll.Sequential;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Samples;
import org.unroll.tuning.RandomSearch;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * Measures searches, forecasts of many series and predictions of many rows on a cluster:
 *
 * <pre>
 * master=$(src/spark/cluster start)
 * src/spark/cluster run org.unroll.spark.SparkScale "$master" trials 200
 * src/spark/cluster run org.unroll.spark.SparkScale "$master" forecasts 500
 * src/spark/cluster run org.unroll.spark.SparkScale "$master" predictions 10000000
 * src/spark/cluster stop
 * </pre>
 */
public final class SparkScale {
  static final int STEPS = 12;
  private static final int DAYS = 200;
  private static final int PASSES = 5;
  private static final int TASKS = 60;
  private static final int EMPTY_TASKS = 600;
  private static final int BLOCK = 100_000;

  private SparkScale() {}

  /**
   * Prints the measurements.
   *
   * @param args the master, what is measured, and the number of trials, series or rows
   */
  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[2]);
    switch (args[1]) {
      case "trials" -> trials(args[0], count);
      case "forecasts" -> forecasts(args[0], count);
      case "predictions" -> predictions(args[0], count);
      default ->
          throw new IllegalArgumentException(
              "The second argument must be trials, forecasts or predictions, but is " + args[1]);
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

  /** Compares searches with very short trials on this thread and on one executor. */
  private static void trials(String master, int count) throws Exception {
    try (SparkSession spark = session(master, 1)) {
      for (int pass = 0; pass < 3; pass++) {
        double here = search(tuner -> tuner.parallelTrials(1), count);
        double there = search(tuner -> tuner.executor(SparkTrials.on(spark)), count);
        print("a trial: %.1f ms, on an executor %.1f ms", here / count * 1e3, there / count * 1e3);
      }
    }
  }

  private static double search(UnaryOperator<RandomSearch> configuration, int trials)
      throws Exception {
    Path folder = Files.createTempDirectory("unroll");
    var tuner = new RandomSearch(SparkSearches::model, "val_loss", trials);
    long begin = System.nanoTime();
    configuration
        .apply(SparkSearches.configured(tuner, folder))
        .search(SparkSearches.TRAIN, SparkSearches.VALIDATION, () -> epochs(1).verbose(0));
    return seconds(begin);
  }

  private static void forecasts(String master, int count) throws Exception {
    List<Row> rows = new ArrayList<>();
    List<Table> tables = new ArrayList<>();
    for (int store = 0; store < count; store++) {
      List<Row> own = ShopForecast.rows(store, DAYS);
      rows.addAll(own);
      tables.add(ShopForecast.table(own));
    }
    double loop = loop(tables);
    print("plain loop: %.2f s, %.2f ms per series", loop, 1e3 * loop / count);
    double[] times = new double[2];
    for (int cores = 1; cores <= times.length; cores++) {
      try (SparkSession spark = session(master, cores)) {
        times[cores - 1] = forecasts(spark, rows, count);
        print("%d executors of 1 core: %.2f s", cores, times[cores - 1]);
      }
    }
    print("1 executor / 2 executors: %.2f", times[0] / times[1]);
  }

  /** Returns the shortest time of a loop on one thread. */
  private static double loop(List<Table> tables) throws Exception {
    return WorkerPool.withDefaultThreads(
        1,
        () -> {
          double shortest = Double.MAX_VALUE;
          for (int pass = 0; pass < PASSES; pass++) {
            long begin = System.nanoTime();
            tables.forEach(SparkScale::nightly);
            shortest = Math.min(shortest, seconds(begin));
          }
          return shortest;
        });
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
    SparkForecasts all = SparkForecasts.of(ShopForecast.dataset(spark, rows), "store");
    double shortest = Double.MAX_VALUE;
    // The first pass starts the executors; in the first two or three they compile the code.
    for (int pass = 0; pass < PASSES; pass++) {
      long before = written.get();
      long begin = System.nanoTime();
      noop(all.partitions(TASKS).forEach(SparkScale::nightly));
      double time = seconds(begin);
      shortest = Math.min(shortest, time);
      print("%.2f s; shuffle: %d bytes per series", time, (written.get() - before) / count);
    }
    for (int tasks : new int[] {TASKS, EMPTY_TASKS}) {
      long begin = System.nanoTime();
      noop(all.partitions(tasks).forEach(SparkScale::constant));
      print("%d tasks with a constant forecast: %.2f s", tasks, seconds(begin));
    }
    return shortest;
  }

  private static SeriesForecast nightly(Table series) {
    return ShopForecast.fitAndForecast(series, 16, 60);
  }

  private static SeriesForecast constant(Table series) {
    return SeriesForecast.of(Table.create(DoubleColumn.create("sales", new double[] {1})));
  }

  private static void noop(Dataset<Row> rows) {
    rows.write().format("noop").mode("overwrite").save();
  }

  /** Returns windows that are computed from their id. */
  static Dataset<Row> windows(SparkSession spark, long count, int partitions) {
    return spark
        .range(0, count, 1, partitions)
        .selectExpr(
            "id",
            "transform(sequence(0, "
                + (STEPS - 1)
                + "), t -> (id * 31 + t * 17) % 101 / 50 - 1) as window");
  }

  /** Returns the same windows without Spark, those of {@code count} ids from {@code first} on. */
  static Samples windows(long first, int count) {
    double[][][] windows = new double[count][STEPS][1];
    for (int i = 0; i < count; i++) {
      for (int t = 0; t < STEPS; t++) {
        windows[i][t][0] = (double) (((first + i) * 31 + t * 17L) % 101) / 50 - 1;
      }
    }
    return Samples.of(windows);
  }

  private static void predictions(String master, int count) throws Exception {
    Model model = Sequential.of(input(STEPS, 1), gru(16), dense(1));
    long checksum = 0;
    try (SparkSession spark = session(master, 2)) {
      SparkModel transformer = SparkModel.of(model).setInputCol("window");
      checksum(transformer.transform(windows(spark, count / 100, 8)));
      for (int parts = 4; parts >= 1; parts /= 2) {
        int rows = count / parts;
        long begin = System.nanoTime();
        checksum = checksum(transformer.transform(windows(spark, rows, 40)));
        double time = seconds(begin);
        print("%,d rows: %.1f s, %,.0f rows/s; %s", rows, time, rows / time, heap(spark));
      }
    }
    long begin = System.nanoTime();
    long local = WorkerPool.withDefaultThreads(1, () -> checksum(model, count));
    double time = seconds(begin);
    print("one thread without Spark: %.1f s, %,.0f rows/s", time, count / time);
    print("checksum of all predictions: %x, without Spark %x", checksum, local);
  }

  private static long checksum(Dataset<Row> predicted) {
    return predicted.selectExpr("bit_xor(xxhash64(id, prediction))").first().getLong(0);
  }

  private static long checksum(Model model, int count) {
    long checksum = 0;
    for (int first = 0; first < count; first += BLOCK) {
      Samples windows = windows(first, Math.min(BLOCK, count - first));
      double[][] predictions = model.predict(windows).toArray();
      for (int i = 0; i < predictions.length; i++) {
        long id = XXH64.hashLong(first + i, 42);
        checksum ^= XXH64.hashLong(Double.doubleToLongBits(predictions[i][0]), id);
      }
    }
    return checksum;
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
