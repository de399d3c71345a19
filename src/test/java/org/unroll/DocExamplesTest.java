package org.unroll;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jshell.DeclarationSnippet;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import org.junit.jupiter.api.Test;

/**
 * Runs the examples of the README and of the page of features, then those in Javadoc, which use the
 * variables of the README.
 */
class DocExamplesTest {
  private static final Pattern README_EXAMPLE = Pattern.compile("(?s)```java\n(.*?)```");
  private static final Pattern JAVADOC_EXAMPLE =
      Pattern.compile("(?s)<pre>\\{@code\n(.*?)\\}</pre>");

  private static final Pattern IMPORT = Pattern.compile("(?m)^ *\\*? *(import [\\w. *]+;)$");

  @Test
  void examplesRun() throws IOException {
    try (JShell shell = JShell.builder().executionEngine("local").build()) {
      for (String path : System.getProperty("java.class.path").split(":", -1)) {
        shell.addToClasspath(path);
      }
      String readme = Files.readString(Path.of("README.md"));
      for (String line : importsOfJavadoc()) {
        if (!readme.contains(line)) {
          shell.eval(line);
        }
      }
      Files.write(Path.of("target", "power.csv"), powerRows());
      for (Path page : List.of(Path.of("README.md"), Path.of("src/site/features.md"))) {
        for (String example : examples(README_EXAMPLE, Files.readString(page))) {
          run(shell, page.toString(), small(example));
        }
      }
      int count = 0;
      for (Path source : sources()) {
        for (String example : examples(JAVADOC_EXAMPLE, Files.readString(source))) {
          // Dropped, because a later example may use the same name for another type.
          run(shell, source.toString(), small(example.replaceAll("(?m)^ *\\* ?", "")))
              .forEach(shell::drop);
          count++;
        }
      }
      assertTrue(count >= 5, "too few examples in Javadoc: " + count);
    }
  }

  /**
   * What the examples in Javadoc import, and what those without imports need. It is imported before
   * anything else because JShell sets variables back when an import follows them.
   */
  private static Set<String> importsOfJavadoc() throws IOException {
    Set<String> imports = new TreeSet<>();
    for (String name : List.of("audio", "data", "network", "notebook", "plots", "text")) {
      imports.add("import org.unroll." + name + ".*;");
    }
    List<Path> files = new ArrayList<>(sources());
    files.add(Path.of("src/site/features.md"));
    for (Path file : files) {
      String text = Files.readString(file);
      List<String> examples = examples(JAVADOC_EXAMPLE, text);
      examples.addAll(examples(README_EXAMPLE, text));
      for (String example : examples) {
        Matcher lines = IMPORT.matcher(example);
        while (lines.find()) {
          imports.add(lines.group(1));
        }
      }
    }
    return imports;
  }

  /** The file of the README's example: hours with a daily course. */
  private static List<String> powerRows() {
    List<String> rows = new ArrayList<>(List.of("time,temperature,power"));
    for (int hour = 0; hour < 2700; hour++) {
      double course = Math.sin(2 * Math.PI * hour / 24);
      rows.add(LocalDateTime.of(2026, 1, 1, 0, 0).plusHours(hour) + "," + course + "," + -course);
    }
    return rows;
  }

  /**
   * The same examples on a tenth of the rows or on files of the tests, with a few steps of
   * training.
   */
  private static String small(String example) {
    return example
        .replace("210_000", "21_000")
        .replaceAll("(105|200)_000", "10_500")
        .replace("157_000", "15_700")
        .replace("lookback(1440)", "lookback(720)")
        .replace("input(240, 14)", "input(120, 14)")
        .replace("\"power.csv\"", "\"target/power.csv\"")
        .replace("\"val_loss\", 20)", "\"val_loss\", 2)")
        .replace("Path.of(\"searches\")", "Path.of(\"target\")")
        .replace("projectName(\"jena\")", "projectName(\"jena\").overwrite(true)")
        .replace("Imdb.load()", "Imdb.load(java.nio.file.Path.of(\"src/test/resources/imdb\"))")
        .replace("stepsPerEpoch(200)", "stepsPerEpoch(5)")
        .replaceAll("epochs\\(\\d+\\)", "epochs(1)");
  }

  private static List<String> examples(Pattern pattern, String text) {
    List<String> examples = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      examples.add(matcher.group(1));
    }
    return examples;
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
      return files.filter(file -> file.toString().endsWith(".java")).sorted().toList();
    }
  }

  /** Runs an example and returns what it declares and the README does not. */
  private static List<Snippet> run(JShell shell, String where, String code) {
    List<Snippet> declared = new ArrayList<>();
    String rest = code;
    while (!rest.isBlank()) {
      SourceCodeAnalysis.CompletionInfo info = shell.sourceCodeAnalysis().analyzeCompletion(rest);
      String snippet = info.source() == null ? rest : info.source();
      for (SnippetEvent event : shell.eval(snippet)) {
        if (event.exception() != null) {
          fail(where + ": " + snippet, event.exception());
        }
        List<String> errors =
            shell
                .diagnostics(event.snippet())
                .filter(diagnostic -> diagnostic.isError())
                .map(diagnostic -> diagnostic.getMessage(null))
                .toList();
        assertTrue(errors.isEmpty(), () -> where + ": " + snippet + errors);
        if (event.causeSnippet() == null
            && event.previousStatus() == Snippet.Status.NONEXISTENT
            && event.snippet() instanceof DeclarationSnippet declaration) {
          declared.add(declaration);
        }
      }
      rest = info.remaining();
    }
    return declared;
  }
}
