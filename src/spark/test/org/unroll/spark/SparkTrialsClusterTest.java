package org.unroll.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Unroll;
import org.unroll.tuning.SearchResult;

/** Searches on a cluster whose processes are killed. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SparkTrialsClusterTest {
  private static final int KILLS = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private static TestCluster cluster;
  private static String local;

  @TempDir Path folder;

  @BeforeAll
  static void startCluster(@TempDir Path folder) throws Exception {
    Unroll.setRandomSeed(SparkSearches.SEED);
    cluster = TestCluster.start();
    SearchResult found =
        SparkSearches.hyperband(folder)
            .search(SparkSearches.TRAIN, SparkSearches.VALIDATION, SparkSearches.slow(0));
    local = SparkSearches.outcome(found, folder);
    assertEquals(69, found.trials().size(), local);
  }

  @AfterAll
  static void stopCluster() throws Exception {
    Unroll.setRandomSeed(0);
    cluster.close();
  }

  /** First, because the driver needs the two cores of the cluster. */
  @Test
  @Order(1)
  void resumesAfterTheDriverWasKilled() throws Exception {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.removeIf(argument -> argument.startsWith("-javaagent") || argument.contains("jdwp"));
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), SparkSearches.class.getName()));
    command.addAll(List.of(cluster.master(), folder.toString()));
    Process driver = new ProcessBuilder(command).inheritIO().start();
    try {
      waitUntil(() -> ended(folder).size() >= 5 || !driver.isAlive());
      assertTrue(driver.isAlive(), "The driver must still be running.");
    } finally {
      driver.destroyForcibly().waitFor();
    }
    Map<Path, FileTime> before = ended(folder);
    SearchResult found;
    try (SparkSession spark = SparkSearches.onCluster(cluster.master())) {
      found =
          SparkSearches.hyperband(folder)
              .executor(SparkTrials.on(spark))
              .search(SparkSearches.TRAIN, SparkSearches.VALIDATION, SparkSearches.slow(0));
    }
    assertEquals(local, SparkSearches.outcome(found, folder));
    Map<Path, FileTime> after = ended(folder);
    before.forEach((file, time) -> assertEquals(time, after.get(file), file.toString()));
    assertTrue(after.size() > before.size(), "The driver was killed too late.");
    assertTrue(
        cluster.executorLogs().stream()
            .anyMatch(line -> line.contains("INFO SparkTask: Executor 0 computes with ")),
        "Each executor must log its implementation.");
  }

  @Test
  @Order(2)
  void findsTheSameTableWhileExecutorsAreKilled() throws Exception {
    try (SparkSession spark = SparkSearches.onCluster(cluster.master())) {
      var search =
          CompletableFuture.supplyAsync(
              () ->
                  SparkSearches.hyperband(folder)
                      .executor(SparkTrials.on(spark))
                      .search(
                          SparkSearches.TRAIN, SparkSearches.VALIDATION, SparkSearches.slow(50)));
      var random = new Random();
      Set<Long> killed = new HashSet<>();
      int before = 0;
      while (killed.size() < KILLS) {
        int trials = before; // a trial has ended since the last kill
        waitUntil(() -> ended(folder).size() > trials || search.isDone());
        Thread.sleep(random.nextInt(1000));
        List<ProcessHandle> executors = cluster.executors();
        executors.removeIf(executor -> killed.contains(executor.pid()));
        if (search.isDone()) {
          break;
        }
        if (!executors.isEmpty()) {
          ProcessHandle executor = executors.get(random.nextInt(executors.size()));
          if (executor.destroyForcibly()) { // kill -9
            killed.add(executor.pid());
            before = ended(folder).size();
          }
        }
      }
      SearchResult found = search.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
      assertEquals(
          KILLS, killed.size(), "The search must not end before the last executor was killed.");
      assertEquals(local, SparkSearches.outcome(found, folder));
    }
  }

  private interface Condition {
    boolean holds() throws IOException;
  }

  private static void waitUntil(Condition condition) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.holds()) {
      assertTrue(System.nanoTime() < end, "The cluster must be fast enough.");
      Thread.sleep(50);
    }
  }

  /** Returns the trials that have ended, and when. */
  private static Map<Path, FileTime> ended(Path folder) throws IOException {
    Map<Path, FileTime> ended = new LinkedHashMap<>();
    for (int number = 0; number < 100; number++) {
      Path file = folder.resolve(String.format("search/trial-%04d/trial.json", number));
      if (Files.exists(file)) {
        ended.put(file, Files.getLastModifiedTime(file));
      }
    }
    return ended;
  }
}
