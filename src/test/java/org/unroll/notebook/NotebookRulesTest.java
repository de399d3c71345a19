package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.unroll.plots.FigureJson;
import org.unroll.plots.FigurePicture;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.traces.ScatterTrace;

/** Checks that a good notebook passes all rules and that each modified copy violates one. */
class NotebookRulesTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path folder;

  private ObjectNode good;

  @BeforeEach
  void writeGoodNotebook() throws IOException {
    good =
        (ObjectNode)
            MAPPER.readTree(
                """
                {"nbformat": 4, "nbformat_minor": 5,
                 "metadata": {
                   "kernelspec": {"name": "java", "display_name": "Java", "language": "java"},
                   "language_info": {"name": "java", "file_extension": ".jshell"}},
                 "cells": [
                   {"id": "title", "cell_type": "markdown",
                    "metadata": {"slideshow": {"slide_type": "slide"}},
                    "source": ""},
                   {"id": "setup", "cell_type": "code", "metadata": {}, "execution_count": 1,
                    "outputs": [],
                    "source": ["import java.util.*;\\n", "\\n", "int n = 1;"]},
                   {"id": "run", "cell_type": "code", "metadata": {}, "execution_count": 2,
                    "outputs": [
                      {"output_type": "stream", "name": "stdout", "text": ["loss: 0.2609\\n"]},
                      {"output_type": "execute_result", "execution_count": 2, "metadata": {},
                       "data": {"text/html": "<td>1,537</td><script>var a = 77.7;</script>",
                                "text/plain": "GRU"}}],
                    "source": "double twice(double a) {\\n  int n2 = 2;\\n  return n2 * a;\\n}\\nn"},
                   {"id": "read", "cell_type": "markdown",
                    "metadata": {"slideshow": {"slide_type": "slide"}},
                    "source": "A loss of 0.26.\\n\\n## Exercises\\n\\n1. Try."},
                   {"id": "summary", "cell_type": "markdown",
                    "metadata": {"slideshow": {"slide_type": "slide"}},
                    "source": "## Summary\\n\\nDone."}]}
                """);
    title("See [02](02-next.ipynb#The-end) and [below](#Exercises).");
    Files.writeString(
        folder.resolve("02-next.ipynb"),
        "{\"cells\": [{\"cell_type\": \"markdown\", \"source\": \"## The end\"}]}");
  }

  private List<String> breaches(NotebookRules rule) throws IOException {
    Path file = folder.resolve("01-good.ipynb");
    Files.write(file, MAPPER.writeValueAsBytes(good));
    return rule.breaches(StoredNotebook.read(file));
  }

  private void assertOnlyBreach(NotebookRules broken, String... expected) throws IOException {
    for (NotebookRules rule : NotebookRules.values()) {
      List<String> breaches = breaches(rule);
      assertEquals(rule == broken, !breaches.isEmpty(), rule + ": " + breaches);
      for (String words : rule == broken ? expected : new String[0]) {
        assertTrue(
            String.join("\n", breaches).contains(words), breaches + " must contain " + words);
      }
    }
  }

  private static final String OPENING =
      "**You will learn** to test.\n\n**Prerequisites:** none.\n\n**Run time:** short.";

  /** Sets the text of the first cell between its heading and its objectives. */
  private void title(String text) {
    cell(0).put("source", "# Title\n" + text + "\n\n" + OPENING);
  }

  private ObjectNode cell(int index) {
    return (ObjectNode) good.at("/cells/" + index);
  }

  private ObjectNode output(int index) {
    return (ObjectNode) good.at("/cells/2/outputs/" + index);
  }

  @Test
  void acceptsGoodNotebook() throws IOException {
    assertOnlyBreach(null);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void rejectsGapInExecutionCounts(int count) throws IOException {
    cell(2).put("execution_count", count);
    output(1).put("execution_count", count);
    assertOnlyBreach(NotebookRules.COMPLETE_RUN, "cell 'run'", "but was " + count);
  }

  @Test
  void rejectsCellThatWasNotRun() throws IOException {
    cell(1).putNull("execution_count");
    assertOnlyBreach(NotebookRules.COMPLETE_RUN, "cell 'setup'", "null");
  }

  @Test
  void rejectsResultOfAnotherRun() throws IOException {
    output(1).put("execution_count", 5);
    assertOnlyBreach(NotebookRules.COMPLETE_RUN, "that of its result is 5");
  }

  @Test
  void rejectsExpressionWithoutOutput() throws IOException {
    cell(1).put("source", "import java.util.*;\nint n = 1;\nn");
    assertOnlyBreach(NotebookRules.COMPLETE_RUN, "cell 'setup'", "no output");
  }

  @Test
  void rejectsError() throws IOException {
    output(0).put("output_type", "error").put("ename", "OutOfMemoryError").remove("name");
    good.withArray("/cells/2/outputs").insert(0, output(0).deepCopy().put("text", "0.2609"));
    assertOnlyBreach(NotebookRules.NO_ERRORS, "cell 'run'", "OutOfMemoryError");
  }

  @Test
  void rejectsErrorStream() throws IOException {
    output(0).put("name", "stderr");
    assertOnlyBreach(NotebookRules.NO_ERRORS, "cell 'run'", "error stream");
  }

  @ParameterizedTest
  @ValueSource(strings = {"java.io.PrintStream@1a2b", "[[D@7d417077", "[Ljava.lang.String;@5e9f"})
  void rejectsDefaultTextOfObject(String name) throws IOException {
    output(1).withObject("/data").put("text/plain", name).put("text/html", "<td>" + name + "</td>");
    assertOnlyBreach(NotebookRules.NO_OBJECT_NAMES, "cell 'run'", "shows " + name);
  }

  @Test
  void acceptsEmailAddress() throws IOException {
    output(1).withObject("/data").put("text/plain", "write to jane.doe@beef.example or @cafe");
    assertOnlyBreach(null);
  }

  @Test
  void rejectsKernelSpecificMetadata() throws IOException {
    good.withObject("/metadata/language_info").put("name", "Java").put("version", "17.0.9");
    assertOnlyBreach(NotebookRules.NORMALIZED, "17.0.9", "--store");
  }

  @Test
  void rejectsExecutionTimes() throws IOException {
    cell(1).withObject("/metadata/execution").put("iopub.status.busy", "2026-01-01");
    assertOnlyBreach(NotebookRules.NORMALIZED, "cell 'setup'", "execution");
  }

  @ParameterizedTest
  @CsvSource({
    "slide,### Deeper,subslide",
    "none,# Title,slide",
    "subslide,No heading.,none",
    "slide,'```\n# a comment\n```\n### Deeper',subslide"
  })
  void slidesBeginAtHeadings(String type, String source, String expected) throws IOException {
    cell(3).withObject("/metadata/slideshow").put("slide_type", type);
    cell(3).put("source", source.replace("\\n", "\n"));
    List<String> breaches = breaches(NotebookRules.NORMALIZED);
    assertTrue(
        breaches.get(0).contains("slide type " + type + " instead of " + expected),
        breaches.toString());
    if (expected.equals("none")) {
      cell(3).withObject("/metadata").remove("slideshow");
    } else {
      cell(3).withObject("/metadata/slideshow").put("slide_type", expected);
    }
    assertEquals(List.of(), breaches(NotebookRules.NORMALIZED));
  }

  @Test
  void rejectsOlderFormat() throws IOException {
    good.put("nbformat_minor", 2);
    assertOnlyBreach(NotebookRules.NORMALIZED, "4.2");
  }

  @Test
  void requiresUniqueCellIds() throws IOException {
    cell(2).put("id", "setup");
    assertOnlyBreach(NotebookRules.CELL_IDS, "cell 3", "setup");
    cell(2).remove("id");
    assertOnlyBreach(NotebookRules.CELL_IDS, "cell 3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/home/ann/jena.csv",
        "/tmp/gru.keras",
        "C:\\\\Users\\\\ann",
        "file:///data",
        "/Users/ann"
      })
  void rejectsAbsolutePath(String path) throws IOException {
    cell(1).put("source", "import java.util.*;\nvar file = \"" + path + "\";");
    assertOnlyBreach(NotebookRules.NO_ABSOLUTE_PATHS, "cell 'setup'", path.substring(0, 5));
  }

  @Test
  void rejectsAbsolutePathInOutput() throws IOException {
    output(0).put("text", "0.2609 saved in /home/ann/gru.keras");
    assertOnlyBreach(NotebookRules.NO_ABSOLUTE_PATHS, "cell 'run'", "/home/ann");
  }

  @ParameterizedTest
  @ValueSource(strings = {"https://example.org/home/page", "data/home/x", "and/or", "1/tmp"})
  void acceptsSlashesOutsideAbsolutePaths(String text) throws IOException {
    cell(1).put("source", "import java.util.*; // " + text + "\nint n = 1;");
    assertOnlyBreach(null);
  }

  @Test
  void rejectsLateImports() throws IOException {
    cell(2).put("source", "int k = 3; import java.io.File;\nn");
    assertOnlyBreach(NotebookRules.IMPORTS_FIRST, "cell 'run'", "import java.io.File");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int n = 2;|variable n",
        "for (int i = 0; i < 3; i++) { int k = i; } var n = new ArrayList<String>();|variable n",
        "double d(int a) { return a; } int d(int b) { return b; }|method d(int)",
        "record R(int a) {} class R { }|type R"
      })
  void rejectsRedeclarations(String source, String what) throws IOException {
    cell(2).put("source", source + "\nn");
    assertOnlyBreach(NotebookRules.NOTHING_TWICE, "cell 'run'", what);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "double d(int a) { return a; } double d(double a) { return a; }",
        "n = 2;",
        "for (int k = 0; k < 3; k++) { } for (int k = 0; k < 3; k++) { }",
        "var f = (Runnable) () -> { int n = 2; };"
      })
  void acceptsOverloadsAndLocalScopes(String source) throws IOException {
    cell(2).put("source", source + "\nn");
    assertOnlyBreach(null);
  }

  @Test
  void rejectsLargeNotebook() throws IOException {
    output(1).withObject("/data").put("image/svg+xml", "x".repeat(NotebookRules.MAX_BYTES));
    assertOnlyBreach(NotebookRules.SMALL, "smaller than 2,097,152", "has 2,09");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[03](03-none.ipynb)",
        "[02](02-next.ipynb#No-heading)",
        "[below](#No-heading)",
        "![picture](https://example.org/a.png)",
        "[data](../data/none.csv)",
        "<img src=\"images/none.png\">",
        "<a class='x' href='none.html'>none</a>"
      })
  void rejectsBrokenLinks(String link) throws IOException {
    title("[02](02-next.ipynb) " + link);
    String target = link.replaceFirst(".*(?:\\((.*)\\)|(?:src|href)=.(.*\\w)['\"].*)", "$1$2");
    assertOnlyBreach(NotebookRules.LINKS, "cell 'title'", target);
  }

  @Test
  void ignoresLinksInCode() throws IOException {
    title("[02](02-next.ipynb) `[03](03-none.ipynb)` [web](https://example.org)");
    assertOnlyBreach(null);
  }

  @Test
  void requiresLinkToNextNotebook() throws IOException {
    title("No link.");
    assertOnlyBreach(NotebookRules.SERIES, "02-next.ipynb");
  }

  @Test
  void requiresExercises() throws IOException {
    cell(3).put("source", "## Read\nA loss of 0.26.");
    title("[02](02-next.ipynb)");
    assertOnlyBreach(NotebookRules.SERIES, "## Exercises");
  }

  private void read(String prose) {
    cell(3).put("source", prose + "\n\n## Exercises\n\n1. Try.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "A loss of 0.27.;0.27;0.2609",
        "A loss of 0.261 and of 0.262.;0.262;0.2609",
        "It has 1,538 weights.;1,538;1537",
        "It has 1538 weights.;1538;1537",
        "By 27 %.;27;",
        "By 27%.;27;",
        "It takes 9 ms.;9;",
        "At **9 °C**.;9;",
        "A fall of −0.26.;0.26;0.2609",
        "Not even 77.7 in a script.;77.7;",
        "From 0.26 to 0.31.;0.31;",
        "Between 0.26–0.31.;0.31;",
        "| x | 4.5 |;4.5;",
        "([it](02-next.ipynb)) had 5.5).;5.5;",
      })
  void rejectsNumberThatIsInNoOutput(String prose, String number, String nearest)
      throws IOException {
    read(prose);
    assertOnlyBreach(
        NotebookRules.QUOTED_NUMBERS,
        "cell 'read': " + number + " ",
        nearest == null ? "" : nearest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "A loss of 0.26, 0.261 or 0.3.",
        "It has 1,537 weights, that is 1537 parameters.",
        "By 26 %, by 26.1 % or 26.09 percent.",
        "In 2018, 40 epochs of 500 batches and 32 units: no measurements.",
        "`0.77`, $0.78$, $$a\n= 0.79$$ and [0.80](https://example.org/0.81) are not prose.",
        "```java\nfoo(0.82)\n```",
        "Section 6.3 of the book, chapter 6.3, Keras 3.15, version 1.2.3, Java 17, GRU2.5x.",
        "Twice 1 second."
      })
  void acceptsNumbersOfOutputsAndUncheckedNumbers(String prose) throws IOException {
    read(prose);
    assertOnlyBreach(null);
  }

  @Test
  void acceptsNumberOfTheCode() throws IOException {
    cell(1).put("source", "import java.util.*;\nint n = 420_551; double rate = 0.05;");
    read("With 420,551 rows at 0.05.");
    assertOnlyBreach(null);
  }

  @Test
  void requiresDeclarationOfNumberFromElsewhere() throws IOException {
    read("The book has 2.35 °C.");
    cell(3).withObject("/metadata").putArray("quoted").add("2.35");
    assertOnlyBreach(null);
    read("The book has 2.36 °C.");
    assertOnlyBreach(NotebookRules.QUOTED_NUMBERS, "2.36", "declares '2.35'");
  }

  @ParameterizedTest
  @CsvSource({
    "0.26 * 2,0.52,",
    "1537 / 0.2609,'5,891',",
    "1 - 0.2609,73.9,",
    "0.26 * 2,0.53,which is 0.52",
    "0.25 * 2,0.50,0.25 is neither",
    "1538 - 1,'1,537',1538 is neither",
    "twice,0.52,must be two numbers"
  })
  void checksDerivedNumbers(String derivation, String number, String expected) throws IOException {
    read("It is " + number + (number.equals("73.9") ? " %." : "."));
    cell(3).withObject("/metadata/derived").put(number, derivation);
    if (expected == null) {
      assertOnlyBreach(null);
    } else {
      assertOnlyBreach(NotebookRules.QUOTED_NUMBERS, "cell 'read'", expected);
    }
  }

  @Test
  void rejectsLongCode() throws IOException {
    cell(2).put("source", "// a comment\n".repeat(14) + "n\n");
    assertOnlyBreach(null);
    cell(2).put("source", "// a comment\n".repeat(15) + "n");
    assertOnlyBreach(NotebookRules.SHORT_CODE, "cell 'run'", "but has 16");
    cell(2).put("source", "// " + "é".repeat(97) + "\nn");
    assertOnlyBreach(null);
    cell(2).put("source", "// " + "é".repeat(98) + "\nn");
    assertOnlyBreach(NotebookRules.SHORT_CODE, "cell 'run'", "but has 101");
  }

  @ParameterizedTest
  @ValueSource(strings = {"**You will learn**", "**Prerequisites:**", "**Run time:**"})
  void requiresObjectivesPrerequisitesAndRunTime(String part) throws IOException {
    cell(0).put("source", cell(0).path("source").asText().replace(part, ""));
    assertOnlyBreach(NotebookRules.PARTS, part);
  }

  @Test
  void requiresSummary() throws IOException {
    cell(4).put("source", "## The end");
    assertOnlyBreach(NotebookRules.PARTS, "## Summary");
  }

  @ParameterizedTest
  @CsvSource({
    "The file tells which,shows",
    "The training goes on.,continues",
    "Trainings are long.,training runs",
    "It is hardly better.,barely",
    "About 3 degC.,°C",
    "Made-up weather.,synthetic",
    "The rate is to be small.,must be",
    "Loss beside accuracy.,next to"
  })
  void rejectsWordsThatTheStyleReplaces(String prose, String instead) throws IOException {
    read(prose);
    assertOnlyBreach(NotebookRules.WORDS, "cell 'read'", instead);
  }

  @Test
  void rejectsWordsInComments() throws IOException {
    cell(2).put("source", "n // the same as anew");
    assertOnlyBreach(NotebookRules.WORDS, "cell 'run'", "from scratch");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "The column `T (degC)`, and besides, a review tells a story.",
        "Training ran once, on its own thread."
      })
  void acceptsSimilarWords(String prose) throws IOException {
    read(prose);
    assertOnlyBreach(null);
  }

  @ParameterizedTest
  @CsvSource({
    "0.358472,false",
    "0.35847,true",
    "0.00012345,true",
    "-4.279319,false",
    "1013.25,true",
    "1234567.89,true",
    "1.2.345678,true"
  })
  void rejectsDigitsWithoutMeaning(String number, boolean isGood) throws IOException {
    output(1).withObject("/data").put("text/html", "<td>" + number + "</td>");
    assertOnlyBreach(isGood ? null : NotebookRules.DIGITS, "cell 'run'", number);
  }

  @Test
  void readsDigitsOfTheTextOnlyWhereAPageShowsIt() throws IOException {
    output(1).withObject("/data").put("text/plain", "0.12345678");
    assertOnlyBreach(null);
    output(0).put("text", "loss: 0.2612345678");
    assertOnlyBreach(NotebookRules.DIGITS, "cell 'run'", "0.2612345678");
  }

  @ParameterizedTest
  @CsvSource({
    "GRU,#009E73,true",
    "'LSTM, validation',#D55E00,true",
    "SimpleRNN,#009E73,false",
    "'GRU, training',#0072B2,false",
    "GRU of Keras,#0072B2,true"
  })
  void checksColorsOfLayers(String name, String color, boolean isGood) throws IOException {
    ObjectNode figure = MAPPER.createObjectNode();
    ObjectNode trace = figure.putArray("data").addObject().put("type", "scatter").put("name", name);
    trace.putArray("x").add(1);
    trace.putArray("y").add(1);
    trace.putObject("line").put("color", color);
    figure.putObject("layout");
    figure.putObject("config");
    byte[] png = FigurePicture.png(figure, 100, 100);
    output(1).withObject("/data").put("image/png", Base64.getEncoder().encodeToString(png));
    assertOnlyBreach(isGood ? null : NotebookRules.LAYER_COLORS, "cell 'run'", color);
  }

  @Test
  void solutionHasAHeadingForEachExerciseAndALinkToItsNotebook() throws IOException {
    Path solutions = Files.createDirectory(folder.resolve("solutions"));
    breaches(NotebookRules.SERIES); // writes the notebook
    cell(3).put("source", "## Exercise 1\n\nTried.");
    title("[01](../01-good.ipynb)");
    cell(4).put("source", "## The end");
    Path file = solutions.resolve("01-good.ipynb");
    Files.write(file, MAPPER.writeValueAsBytes(good));
    for (NotebookRules rule : NotebookRules.values()) {
      assertEquals(List.of(), rule.breaches(StoredNotebook.read(file)), rule.name());
    }

    cell(3).put("source", "## Exercise 12");
    title("No link.");
    Files.write(file, MAPPER.writeValueAsBytes(good));
    assertEquals(
        List.of(
            "there must be a link to the notebook, ../01-good.ipynb",
            "there must be a heading '## Exercise 1'"),
        NotebookRules.SERIES.breaches(StoredNotebook.read(file)));
    Path other = Files.move(file, solutions.resolve("03-none.ipynb"));
    assertTrue(
        NotebookRules.SERIES
            .breaches(StoredNotebook.read(other))
            .get(0)
            .contains("same name in the folder above"));
  }

  @ParameterizedTest
  @CsvSource({"4,true", "101,false"})
  void acceptsNumbersOfShortTracesOnly(int points, boolean counts) throws IOException {
    double[] x = IntStream.range(0, points).asDoubleStream().toArray();
    double[] y = Arrays.stream(x).map(value -> value + 0.345).toArray();
    byte[] png =
        FigurePicture.png(FigureJson.of(new Figure(ScatterTrace.builder(x, y).build())), 100, 100);
    output(1).withObject("/data").put("image/png", Base64.getEncoder().encodeToString(png));
    read("It reached 3.345.");
    assertOnlyBreach(counts ? null : NotebookRules.QUOTED_NUMBERS);
  }
}
