package org.unroll.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A cluster of a master and two workers with one core each, started by src/spark/cluster. */
final class TestCluster implements AutoCloseable {
  private static final String SCRIPT = "src/spark/cluster";

  private final Path folder;
  private final String master;

  private TestCluster(Path folder, String master) {
    this.folder = folder;
    this.master = master;
  }

  static TestCluster start() throws IOException {
    Files.createDirectories(Path.of("target"));
    Path folder = Files.createTempDirectory(Path.of("target"), "spark-cluster-");
    return new TestCluster(folder, run("start", "2", folder.toString()));
  }

  /** Returns the address of the master. */
  String master() {
    return master;
  }

  /** Returns the executors that are running on the workers. */
  List<ProcessHandle> executors() throws IOException {
    List<ProcessHandle> executors = new ArrayList<>();
    for (String worker : List.of("worker-1.pid", "worker-2.pid")) {
      long pid = Long.parseLong(Files.readString(folder.resolve(worker)).strip());
      ProcessHandle.of(pid).stream()
          .flatMap(ProcessHandle::children)
          .filter(ProcessHandle::isAlive)
          .forEach(executors::add);
    }
    return executors;
  }

  /** Returns the lines that the executors of all applications have logged. */
  List<String> executorLogs() throws IOException {
    List<String> lines = new ArrayList<>();
    try (var files = Files.walk(folder)) {
      for (Path file : files.filter(path -> path.endsWith("stderr")).toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    return lines;
  }

  @Override
  public void close() throws IOException {
    run("stop", folder.toString());
  }

  private static String run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(SCRIPT));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.onExit().orTimeout(5, TimeUnit.MINUTES).join().exitValue() != 0) {
      throw new IOException(command + " must succeed, but did not.");
    }
    return output.strip();
  }
}
