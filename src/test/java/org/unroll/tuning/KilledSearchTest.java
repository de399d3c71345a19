package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.Sequential;

/** Searches that are killed, and go on. */
class KilledSearchTest {
  /** How often a search is killed; -Dunroll.kills=10 for what the project promises. */
  private static final int KILLS = Integer.getInteger("unroll.kills", 4);

  private static final int PARALLEL = 2;

  @TempDir Path folder;

  /**
   * Kills programs at random moments of a search until all kills are spent and the last search is
   * done: each ends as the one left alone, and no trial that had ended is run again.
   */
  @Test
  void aKilledSearchGoesOn() throws Exception {
    Path alone = folder("alone");
    long begin = System.nanoTime();
    assertEquals(0, start(alone).waitFor(), () -> log(alone));
    long whole = System.nanoTime() - begin;
    String expected = Files.readString(alone.resolve("outcome.txt"));
    var random = new Random();
    int kills = 0;
    int searches = 0;
    while (kills < KILLS) {
      Path place = folder("search" + searches);
      searches++;
      boolean done = false;
      int left = 5; // then the search may end
      while (!done) {
        Map<Path, String> before = ended(place);
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
          int begun = trials(place).size();
          int ended = ended(place).size();
          assertTrue(
              begun - ended <= PARALLEL, "lost " + (begun - ended) + " trials, more than ran");
        }
        // Seconds are among what is written: a trial that is run again would differ in them.
        Map<Path, String> after = ended(place);
        before.forEach((trial, text) -> assertEquals(text, after.get(trial)));
      }
      assertEquals(expected, Files.readString(place.resolve("outcome.txt")));
    }
    System.out.println(kills + " kills in " + searches + " searches, all with the same outcome");
  }

  private Path folder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  /** The trials that have ended; the models of all of them can be read. */
  private static Map<Path, String> ended(Path place) throws IOException {
    Map<Path, String> ended = new HashMap<>();
    for (Path trial : trials(place)) {
      if (Files.exists(trial.resolve("trial.json"))) {
        ended.put(trial, Files.readString(trial.resolve("trial.json")));
        Sequential.load(trial.resolve("model-0.keras"));
      }
    }
    return ended;
  }

  private static List<Path> trials(Path place) throws IOException {
    if (!Files.isDirectory(place.resolve("search"))) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(place.resolve("search"))) {
      return files.filter(Files::isDirectory).sorted().toList();
    }
  }

  private static Process start(Path place) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(KilledSearch.class.getName());
    command.addAll(List.of(place.toString(), "bayesian", Integer.toString(PARALLEL), "5"));
    File log = place.resolve("program.log").toFile();
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }

  private static String log(Path place) {
    try {
      return Files.readString(place.resolve("program.log"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
