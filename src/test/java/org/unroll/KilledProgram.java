package org.unroll;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Kills a separate program at random times and restarts it in the same folder until it ends. Its
 * {@code outcome.txt} must then equal that of an uninterrupted run.
 */
public final class KilledProgram {
  /** The number of kills. Set -Dunroll.kills=10 or 20 for a thorough test. */
  private static final int KILLS = Integer.getInteger("unroll.kills", 4);

  /** The number of kills in one folder after which the program may end. */
  private static final int MOST_IN_A_ROW = 5;

  private final Path folder;
  private final Class<?> program;
  private final Supplier<List<String>> arguments;

  /** A condition that must hold after each run, whether the program ended or was killed. */
  @FunctionalInterface
  public interface Check {
    /** Asserts the condition. */
    void afterRun(Path place) throws IOException;
  }

  /**
   * Creates a test of a program.
   *
   * @param program the class of the program, whose main method takes a folder and the arguments
   * @param arguments returns the arguments for each start
   */
  public KilledProgram(Path folder, Class<?> program, Supplier<List<String>> arguments) {
    this.folder = folder;
    this.program = program;
    this.arguments = arguments;
  }

  /** Kills programs until all kills are used and the last program has ended. */
  public void killAndRestart(Check check) throws IOException, InterruptedException {
    Path alone = Files.createDirectories(folder.resolve("alone"));
    long begin = System.nanoTime();
    assertEquals(0, start(alone).waitFor(), () -> log(alone));
    long whole = System.nanoTime() - begin;
    check.afterRun(alone);
    String expected = outcome(alone);
    var random = new Random();
    int kills = 0;
    int places = 0;
    while (kills < KILLS) {
      Path place = Files.createDirectories(folder.resolve("killed" + places));
      places++;
      boolean done = false;
      int left = MOST_IN_A_ROW;
      while (!done) {
        Process process = start(place);
        boolean killed = kills < KILLS && left > 0;
        long moment = killed ? (long) (random.nextDouble() * whole) : whole * 20;
        if (process.waitFor(moment, TimeUnit.NANOSECONDS)) {
          assertEquals(0, process.exitValue(), () -> log(place));
          done = true;
        } else {
          process.destroyForcibly().waitFor(); // SIGKILL on Unix
          kills++;
          left--;
        }
        check.afterRun(place);
      }
      assertEquals(expected, outcome(place));
    }
    System.out.printf(
        "%s: %d kills in %d folders, all with the same outcome%n",
        program.getSimpleName(), kills, places);
  }

  private Process start(Path place) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.add(place.toString());
    command.addAll(arguments.get());
    File log = place.resolve("program.log").toFile();
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }

  private static String outcome(Path place) throws IOException {
    return Files.readString(place.resolve("outcome.txt"));
  }

  private static String log(Path place) {
    try {
      return Files.readString(place.resolve("program.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
