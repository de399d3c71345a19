package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.KilledProgram;
import org.unroll.Sequential;

/** Searches that are killed, and go on. */
class KilledSearchTest {
  private static final int PARALLEL = 2;

  @TempDir Path folder;

  /** Ended trials by their folders, as they were after the run before. */
  private final Map<Path, String> known = new HashMap<>();

  /**
   * Kills programs at random moments of a search: each ends as the one left alone, no kill costs
   * more than the trials that were running, and no trial that had ended is run again.
   */
  @Test
  void aKilledSearchGoesOn() throws Exception {
    List<String> arguments = List.of("bayesian", Integer.toString(PARALLEL), "5");
    new KilledProgram(folder, KilledSearch.class, () -> arguments).killAndResume(this::check);
  }

  private void check(Path place) throws IOException {
    Map<Path, String> ended = ended(place);
    int lost = trials(place).size() - ended.size();
    assertTrue(lost <= PARALLEL, "lost " + lost + " trials, more than ran");
    // Seconds are among what is written: a trial that is run again would differ in them.
    known.forEach(
        (trial, text) -> {
          if (trial.startsWith(place)) {
            assertEquals(text, ended.get(trial));
          }
        });
    known.putAll(ended);
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
}
