import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A framework on the JVM, measured as documented in README.md. */
interface Peer {
  int THREADS = 2;

  /** Returns the name and version for the output lines. */
  String name();

  String version();

  /** Returns why this framework does not support the layer, or null if it does. */
  String unsupported(Workload.Recurrent layer);

  /** Runs one training step or one prediction to its end. */
  Runnable step(Workload workload, boolean train);

  /** Prints the lines of the named workloads, or of all; the system property {@code seconds} defaults to 2. */
  static void run(Peer peer, String... names) {
    Map<String, Workload> all = Workload.all();
    for (String name : names.length == 0 ? all.keySet() : List.of(names)) {
      Workload workload = all.get(name);
      if (workload == null) {
        throw new IllegalArgumentException("The workload must be one of " + all.keySet() + ", but was " + name + ".");
      }
      String reason = null;
      for (Workload.Layer layer : workload.layers()) {
        if (reason == null && layer instanceof Workload.Recurrent recurrent) {
          reason = peer.unsupported(recurrent);
        }
      }
      String start = String.format("{\"peer\":\"%s\",\"workload\":\"%s\",", peer.name(), name);
      if (reason != null) {
        System.out.println(start + "\"unsupported\":\"" + reason + "\"}");
        continue;
      }
      Map<String, Runnable> steps = new HashMap<>();
      for (Iterator<String> phases = phases(workload); phases.hasNext(); ) {
        String phase = phases.next();
        Runnable step = steps.computeIfAbsent(phase, p -> warm(peer.step(workload, p.equals("train"))));
        System.out.printf(
            Locale.ROOT,
            "%s\"phase\":\"%s\",\"batch\":%d,%s,\"version\":\"%s\",\"threads\":%d}%n",
            start,
            phase,
            workload.batch(),
            measure(step),
            peer.version(),
            THREADS);
      }
    }
  }

  /** Returns the lines of the standard input with {@code -Dturns=true}, otherwise each phase once. */
  private static Iterator<String> phases(Workload workload) {
    if (Boolean.getBoolean("turns")) {
      return new BufferedReader(new InputStreamReader(System.in)).lines().iterator();
    }
    return (workload.predictOnly() ? List.of("predict") : List.of("train", "predict")).iterator();
  }

  private static Runnable warm(Runnable step) {
    // Three seconds instead of one as in Python because of the JIT compiler.
    long start = System.nanoTime();
    int steps = 0;
    while (steps < 2 || System.nanoTime() - start < 3_000_000_000L) {
      step.run();
      steps++;
    }
    return step;
  }

  private static String measure(Runnable step) {
    double seconds = Double.parseDouble(System.getProperty("seconds", "2"));
    long start = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      step.run();
    }
    double perStep = (System.nanoTime() - start) / 1e9 / 3;
    int group = (int) Math.max(1, Math.round(seconds / 10 / perStep));
    double[] times = new double[(int) Math.max(5, Math.round(seconds / (group * perStep)))];
    for (int i = 0; i < times.length; i++) {
      start = System.nanoTime();
      for (int k = 0; k < group; k++) {
        step.run();
      }
      times[i] = (System.nanoTime() - start) / 1e6 / group;
    }
    Arrays.sort(times);
    double median = (times[(times.length - 1) / 2] + times[times.length / 2]) / 2;
    return String.format(
        Locale.ROOT,
        "\"median_ms\":%.4f,\"min_ms\":%.4f,\"steps\":%d",
        median,
        times[0],
        group * times.length);
  }
}
