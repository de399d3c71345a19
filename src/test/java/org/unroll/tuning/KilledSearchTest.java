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

/** Resumes searches that were killed. */
class KilledSearchTest {
  private static final int PARALLEL = 2;

  @TempDir Path folder;

  /** The ended trials by folder after the previous run. */
  private final Map<Path, String> known = new HashMap<>();

  /**
   * Kills programs at random times of a search. Each must end with the result of an uninterrupted
   * search, lose only running trials, and run no ended trial again.
   */
  @Test
  void resumesAKilledSearch() throws Exception {
    List<String> arguments = List.of("bayesian", Integer.toString(PARALLEL), "5");
    new KilledProgram(folder, KilledSearch.class, () -> arguments).killAndResume(this::check);
  }

  private void check(Path place) throws IOException {
    Map<Path, String> ended = ended(place);
    int lost = trials(place).size() - ended.size();
    assertTrue(lost <= PARALLEL, "must lose only running trials, but lost " + lost);
    // The files contain the seconds, in which a repeated trial would differ.
    known.forEach(
        (trial, text) -> {
          if (trial.startsWith(place)) {
            assertEquals(text, ended.get(trial));
          }
        });
    known.putAll(ended);
  }

  /** Returns the trials that have ended, and checks that their models can be loaded. */
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
