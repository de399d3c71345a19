package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Checks that the notebooks of the project and their solutions follow the rules. Not part of a build because users run,
 * change and add notebooks; {@code .ci/run} includes it.
 */
@Tag("working-copy")
class NotebooksTest {

  private static final Path FOLDER = Path.of("notebooks").toAbsolutePath();

  @Test
  void findsNotebooks() {
    assertFalse(StoredNotebook.in(FOLDER).isEmpty(), FOLDER + " must contain notebooks");
    assertFalse(solutions().isEmpty(), FOLDER + "/solutions must contain notebooks");
  }

  private static List<Path> solutions() {
    return StoredNotebook.in(FOLDER.resolve("solutions"));
  }

  @TestFactory
  Stream<DynamicTest> everyNotebookFollowsTheRules() {
    return Stream.concat(StoredNotebook.in(FOLDER).stream(), solutions().stream())
        .flatMap(
            file -> {
              StoredNotebook notebook = StoredNotebook.read(file);
              String name = FOLDER.getParent().relativize(file).toString();
              return Arrays.stream(NotebookRules.values())
                  .map(rule -> dynamicTest(name + " " + rule, () -> check(name, notebook, rule)));
            });
  }

  private static void check(String name, StoredNotebook notebook, NotebookRules rule) {
    List<String> breaches = rule.breaches(notebook);
    if (!breaches.isEmpty()) {
      fail(name + " (a notebook " + rule + "):\n  " + String.join("\n  ", breaches));
    }
  }
}
