package org.unroll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs {@link FullHeap} in separate JVMs. */
class FullHeapTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "fit, helper, cold",
    "fit, helper, warm",
    "fit, caller, warm",
    "evaluate, helper, warm",
    "predict, helper, warm",
    "predict, caller, warm"
  })
  void callEndsWithTheErrorAndTheNextOneIsRight(String call, String thread, String start)
      throws IOException, InterruptedException {
    Path output = folder.resolve("output.txt");
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx40m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Dunroll.threads=3",
                    "-cp",
                    System.getProperty("java.class.path"),
                    FullHeap.class.getName(),
                    call,
                    thread,
                    start))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    process.destroyForcibly();
    List<String> lines = Files.readAllLines(output);
    assertTrue(ended, () -> call + " has not ended; the program printed " + lines);
    assertEquals("right", lines.get(lines.size() - 1), lines::toString);
    assertTrue(
        lines.get(lines.size() - 2).startsWith("java.lang.OutOfMemoryError"), lines::toString);
  }
}
