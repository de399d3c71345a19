package org.unroll.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.unroll.Model;
import org.unroll.compute.Compute;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;

/**
 * Measures Unroll on workloads: one training step inside {@code fit} and one batch inside {@code
 * predict}. Prints a line of JSON per workload and phase, as the programs for the other frameworks
 * do, and in addition the bytes that a step allocates.
 *
 * <p>In {@code jena-gru-single}, each call of {@code predict} gets a single window. In the others, it
 * gets several batches.
 *
 * <p>System properties: {@code phases} ({@code train}, {@code predict} or {@code train,predict},
 * the default), {@code warmup} and {@code seconds}, the time before and in which a phase is
 * measured (default 4 and 5 s); {@code neighbours}, the numbers of busy processes that share the
 * machine meanwhile, one measurement each (such as {@code 0,1,2}; default 0); and those of the
 * library, such as {@code unroll.threads}. With {@code -Dturns=true}, the program measures one
 * workload, once for each line of its standard input, which names the phase. For comparable
 * results, run each workload in a separate JVM because the code that ran before affects the JIT
 * compiler.
 */
final class Workloads {
  /** Enough that a batch is no longer in the cache when it is used again. */
  private static final int BATCHES = 8;

  private static final double WARM_UP_SECONDS = seconds("warmup", 4);
  private static final double SECONDS = seconds("seconds", 5);
  private static final List<String> PHASES =
      List.of(System.getProperty("phases", "train,predict").split(","));

  private static final int[] NEIGHBOURS =
      Arrays.stream(System.getProperty("neighbours", "0").split(","))
          .mapToInt(Integer::parseInt)
          .toArray();

  /** Loops until it is destroyed or its parent, the argument, has ended. */
  private static final String BUSY =
      "while kill -0 $0; do i=0; while [ $i -lt 99999 ]; do i=$((i + 1)); done; done";

  private Workloads() {}

  /**
   * Prints the measurements.
   *
   * @param args names of workloads; all workloads if empty or {@code all}
   */
  public static void main(String[] args) throws IOException {
    if (Boolean.getBoolean("turns")) {
      takeTurns(Workload.of(args[0]));
      return;
    }
    boolean all = args.length == 0 || args[0].equals("all");
    List<Workload> workloads =
        all ? Workload.ALL : List.of(args).stream().map(Workload::of).toList();
    for (Workload workload : workloads) {
      for (String phase : PHASES) {
        if (workload.trained() || !phase.equals("train")) {
          for (int neighbours : NEIGHBOURS) {
            var stopwatch = new Stopwatch(stepsPerReport(workload, phase), WARM_UP_SECONDS, SECONDS);
            measure(workload, phase, neighbours, timed(workload, phase), stopwatch);
          }
        }
      }
    }
  }

  /** Measures once for each line of the standard input. The first turn of a phase is its warm-up. */
  private static void takeTurns(Workload workload) throws IOException {
    Map<String, Consumer<Stopwatch>> phases = new HashMap<>();
    var input = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String phase = input.readLine(); phase != null; phase = input.readLine()) {
      boolean first = !phases.containsKey(phase);
      var stopwatch =
          new Stopwatch(
              stepsPerReport(workload, phase), first ? WARM_UP_SECONDS : SECONDS / 5, SECONDS);
      measure(
          workload, phase, 0, phases.computeIfAbsent(phase, p -> timed(workload, p)), stopwatch);
    }
  }

  private static void measure(
      Workload workload, String phase, int neighbours, Consumer<Stopwatch> timed, Stopwatch stopwatch)
      throws IOException {
    String parent = Long.toString(ProcessHandle.current().pid());
    List<Process> busy = new ArrayList<>();
    try {
      for (int i = 0; i < neighbours; i++) {
        busy.add(new ProcessBuilder("sh", "-c", BUSY, parent).start());
      }
      timed.accept(stopwatch);
    } finally {
      busy.forEach(Process::destroy);
    }
    print(workload, phase, neighbours, stopwatch);
  }

  private static double seconds(String property, double otherwise) {
    String text = System.getProperty(property);
    return text == null ? otherwise : Double.parseDouble(text);
  }

  /** Creates model and data; what is returned measures a phase with them. */
  private static Consumer<Stopwatch> timed(Workload workload, String phase) {
    Model model = workload.model();
    Dataset data = workload.data(workload.trained() ? BATCHES : 1);
    return switch (phase) {
      case "train" ->
          stopwatch -> TrainingClock.time(stopwatch, model, data, WorkerPool.defaultThreads());
      case "predict" ->
          stopwatch -> {
            stopwatch.start();
            do {
              model.predict(data);
            } while (stopwatch.stepsEnded());
          };
      default ->
          throw new IllegalArgumentException("The phases are train and predict. Received: " + phase);
    };
  }

  private static int stepsPerReport(Workload workload, String phase) {
    return phase.equals("predict") && workload.trained() ? BATCHES : 1;
  }

  private static void print(
      Workload workload, String phase, int neighbours, Stopwatch stopwatch) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("peer", "unroll");
    line.put("workload", workload.name());
    line.put("phase", phase);
    line.put("batch", workload.batch());
    line.put("neighbours", neighbours);
    line.put("median_ms", rounded(stopwatch.medianMillis()));
    line.put("min_ms", rounded(stopwatch.minMillis()));
    line.put("p90_ms", rounded(stopwatch.percentileMillis(0.9)));
    line.put("p99_ms", rounded(stopwatch.percentileMillis(0.99)));
    line.put("processor_ms", rounded(stopwatch.processorMillis()));
    line.put("steps", stopwatch.steps());
    line.put("bytes_per_step", stopwatch.bytesPerStep());
    line.put("version", Compute.describe());
    line.put("threads", WorkerPool.defaultThreads());
    try {
      System.out.println(new ObjectMapper().writeValueAsString(line));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Rounds to tenths of a microsecond. */
  private static double rounded(double millis) {
    return Math.round(millis * 1e4) / 1e4;
  }
}
