package org.unroll.notebook;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import jdk.jshell.JShell;
import jdk.jshell.MethodSnippet;
import jdk.jshell.Snippet;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.TypeDeclSnippet;
import jdk.jshell.VarSnippet;
import org.unroll.notebook.StoredNotebook.Cell;

/** The rules for stored notebooks. Each rule returns its violations, one line each. */
enum NotebookRules {
  COMPLETE_RUN("must contain the outputs of one complete run in order"),
  NO_ERRORS("must not contain an error among its outputs"),
  NO_OBJECT_NAMES(
      "must not show the default text of an object, such as java.io.PrintStream@4e5f60"),
  NORMALIZED("must be normalized as by nbconvert_config.py"),
  CELL_IDS("must give each cell a unique id"),
  NO_ABSOLUTE_PATHS("must not contain an absolute path"),
  IMPORTS_FIRST("must import in the first code cell only"),
  NOTHING_TWICE("must declare each name once"),
  SMALL("must be smaller than 2 MB"),
  LINKS("must link to existing files and headings"),
  SERIES("must end with exercises and link to the next notebook"),
  QUOTED_NUMBERS("must quote numbers as in its outputs"),
  SHORT_CODE("must have code cells of at most 15 lines and 100 columns"),
  PARTS("must begin with objectives, prerequisites and run time, and end with a summary"),
  WORDS("must be in the words of the project's style"),
  DIGITS("must show only digits that mean something"),
  LAYER_COLORS("must draw a recurrent layer in the same color in every figure");

  static final int MAX_BYTES = 2 << 20;

  static final int MAX_LINES = 15;

  static final int MAX_COLUMNS = 100;

  /** More significant digits are unlikely to mean something in the result of an experiment. */
  static final int MAX_DIGITS = 5;

  /** With so many decimals, a number may be a measured value, such as a pressure of 1013.25 hPa. */
  static final int FEW_DECIMALS = 2;

  /** Okabe and Ito's blue, vermilion and green. */
  private static final Map<String, String> COLORS =
      Map.of("SimpleRNN", "#0072B2", "LSTM", "#D55E00", "GRU", "#009E73");

  /** What the first cell of a notebook must contain. */
  private static final List<String> OPENING =
      List.of("**You will learn**", "**Prerequisites:**", "**Run time:**");

  private static final String METADATA =
      "{'kernelspec':{'name':'java','display_name':'Java','language':'java'},"
          + "'language_info':{'name':'java','file_extension':'.jshell'}}";

  private static final SourceCodeAnalysis JSHELL =
      JShell.builder().executionEngine("local").build().sourceCodeAnalysis();

  private static final Pattern ABSOLUTE_PATH =
      Pattern.compile(
          "file:/+\\S*|(?<![\\w.~<:/-])/(home|Users|root|tmp|usr|var|opt|mnt|media|private|srv|work)/\\S*"
              + "|\\b[A-Za-z]:\\\\\\S+");

  private static final Pattern LINK =
      Pattern.compile(
          "(!?)\\[[^\\]]*\\]\\(\\s*<?([^)\\s>]+)[^)]*\\)|<\\w+[^>]*\\s(?:src|href)=[\"']([^\"']+)[\"']");

  private static final Pattern DECIMAL_NUMBER =
      Pattern.compile("(?<![\\w.,])[-−]?(\\d[\\d,]*\\.\\d+)(?![\\w.]*[.\\d])");

  private static final Pattern EXERCISE = Pattern.compile("(?m)^(\\d+)\\. ");

  /** A text of {@link Object#toString}, such as [[D@1b2c3d or java.io.PrintStream@4e5f60. */
  private static final Pattern OBJECT_NAME =
      Pattern.compile("(?<![\\w@.])(\\[+[A-Z]|[a-z]\\w*\\.)[\\w.$;]*@[0-9a-f]{1,8}\\b(?!\\.\\w)");

  private final String rule;

  NotebookRules(String rule) {
    this.rule = rule;
  }

  List<String> breaches(StoredNotebook notebook) {
    return switch (this) {
      case COMPLETE_RUN -> completeRun(notebook);
      case NO_ERRORS -> errors(notebook);
      case NO_OBJECT_NAMES -> objectNames(notebook);
      case NORMALIZED -> notNormalized(notebook);
      case CELL_IDS -> ids(notebook);
      case NO_ABSOLUTE_PATHS -> absolutePaths(notebook);
      case IMPORTS_FIRST -> lateImports(notebook);
      case NOTHING_TWICE -> redeclared(notebook);
      case SMALL -> tooLarge(notebook);
      case LINKS -> brokenLinks(notebook);
      case SERIES -> notebook.isSolution() ? solution(notebook) : series(notebook);
      case QUOTED_NUMBERS -> ProseNumbers.unsupported(notebook);
      case SHORT_CODE -> longCode(notebook);
      case PARTS -> notebook.isSolution() ? List.of() : missingParts(notebook);
      case WORDS -> ProseWords.breaches(notebook);
      case DIGITS -> manyDigits(notebook);
      case LAYER_COLORS -> otherColors(notebook);
    };
  }

  @Override
  public String toString() {
    return rule;
  }

  private static List<String> completeRun(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    int expected = 0;
    for (Cell cell : notebook.code()) {
      expected++;
      JsonNode count = cell.json().path("execution_count");
      if (count.asInt(-1) != expected) {
        breaches.add(
            in(cell)
                + "execution count must be "
                + expected
                + " in a run from top to bottom, but was "
                + count);
      }
      for (JsonNode output : cell.outputs()) {
        JsonNode number = output.path("execution_count");
        if (output.path("output_type").asText().equals("execute_result") && !number.equals(count)) {
          breaches.add(
              in(cell) + "execution count is " + count + ", but that of its result is " + number);
        }
      }
      String source = cell.source().strip();
      if (source.isEmpty()) {
        breaches.add(in(cell) + "is empty");
      } else if (!source.endsWith(";") && !source.endsWith("}") && cell.outputs().isEmpty()) {
        breaches.add(in(cell) + "ends in an expression but has no output");
      }
    }
    if (expected == 0) {
      breaches.add("there must be at least one code cell");
    }
    return breaches;
  }

  private static List<String> errors(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    for (Cell cell : notebook.code()) {
      for (JsonNode output : cell.outputs()) {
        if (output.path("output_type").asText().equals("error")) {
          breaches.add(in(cell) + output.path("ename").asText() + ": " + output.path("evalue"));
        } else if (output.path("name").asText().equals("stderr")) {
          breaches.add(in(cell) + "wrote to the error stream: " + output.path("text"));
        }
      }
    }
    return breaches;
  }

  private static List<String> objectNames(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    for (Cell cell : notebook.code()) {
      for (String text : cell.shownTexts()) {
        Matcher name = OBJECT_NAME.matcher(text);
        while (name.find()) {
          breaches.add(
              in(cell)
                  + "shows "
                  + name.group()
                  + "; print its content, and do not end a cell with printf, which returns a stream");
        }
      }
    }
    return breaches;
  }

  private static List<String> notNormalized(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    String metadata = notebook.json().path("metadata").toString();
    if (!notebook.json().path("metadata").equals(json(METADATA))) {
      breaches.add("metadata must be " + json(METADATA) + ", but was " + metadata);
    }
    String format =
        notebook.json().path("nbformat").asInt() + "." + notebook.json().path("nbformat_minor");
    if (!format.equals("4.5")) {
      breaches.add("format must be 4.5, but was " + format);
    }
    for (Cell cell : notebook.cells()) {
      String slide = cell.json().at("/metadata/slideshow/slide_type").asText("none");
      if (!slide.equals(slideType(cell))) {
        breaches.add(in(cell) + "slide type " + slide + " instead of " + slideType(cell));
      }
      for (String left : List.of("execution", "collapsed", "trusted", "ExecuteTime", "vscode")) {
        if (cell.json().path("metadata").has(left)) {
          breaches.add(in(cell) + "metadata '" + left + "' must be removed");
        }
      }
    }
    return breaches.isEmpty()
        ? breaches
        : append(breaches, "notebooks/start --store stores a notebook normalized");
  }

  /** By the highest heading of the cell. */
  private static String slideType(Cell cell) {
    if (!cell.type().equals("markdown")) {
      return "none";
    }
    String prose = cell.source().replaceAll("(?ms)^```.*?^```", "");
    if (prose.matches("(?ms).*^##? .*")) {
      return "slide";
    }
    return prose.matches("(?ms).*^### .*") ? "subslide" : "none";
  }

  private static List<String> ids(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < notebook.cells().size(); i++) {
      String id = notebook.cells().get(i).id();
      if (id.isEmpty()) {
        breaches.add("cell " + (i + 1) + " has no id");
      } else if (!seen.add(id)) {
        breaches.add("cell " + (i + 1) + " has the same id '" + id + "' as an earlier cell");
      }
    }
    return breaches;
  }

  private static List<String> absolutePaths(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    for (Cell cell : notebook.cells()) {
      for (String text : append(cell.shownTexts(), cell.source())) {
        Matcher path = ABSOLUTE_PATH.matcher(text);
        while (path.find()) {
          breaches.add(in(cell) + "absolute path " + path.group());
        }
      }
    }
    return breaches;
  }

  private static List<String> lateImports(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    Map<Cell, List<Snippet>> snippets = snippets(notebook);
    for (Cell cell : notebook.code().stream().skip(1).toList()) {
      for (Snippet snippet : snippets.get(cell)) {
        if (snippet.kind() == Snippet.Kind.IMPORT) {
          breaches.add(in(cell) + snippet.source().strip() + " must be in the first code cell");
        }
      }
    }
    return breaches;
  }

  private static List<String> redeclared(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    Map<String, Cell> first = new HashMap<>();
    Map<Cell, List<Snippet>> snippets = snippets(notebook);
    for (Cell cell : notebook.code()) {
      for (Snippet snippet : snippets.get(cell)) {
        String name = null;
        if (snippet instanceof VarSnippet variable) {
          name = "variable " + variable.name();
        } else if (snippet instanceof MethodSnippet method) {
          name = "method " + method.name() + "(" + method.parameterTypes() + ")";
        } else if (snippet instanceof TypeDeclSnippet type) {
          name = "type " + type.name();
        }
        Cell before = name == null ? null : first.putIfAbsent(name, cell);
        if (before != null) {
          breaches.add(in(cell) + name + " is already declared in cell '" + before.id() + "'");
        }
      }
    }
    return breaches;
  }

  private static List<String> tooLarge(StoredNotebook notebook) {
    return notebook.bytes() < MAX_BYTES
        ? List.of()
        : List.of(
            String.format(
                Locale.ROOT,
                "must be smaller than %,d bytes, but has %,d",
                MAX_BYTES,
                notebook.bytes()));
  }

  private static List<String> brokenLinks(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    for (Cell cell : notebook.prose()) {
      Matcher link = LINK.matcher(ProseNumbers.withoutCode(cell.source()));
      while (link.find()) {
        boolean isPicture = "!".equals(link.group(1)) || link.group().startsWith("<img");
        String target = link.group(2) == null ? link.group(3) : link.group(2);
        if (target.matches("[a-z]+:.*")) {
          if (isPicture || !target.matches("https?://.+")) {
            breaches.add(in(cell) + target + " must be a file of the project");
          }
          continue;
        }
        int hash = target.indexOf('#');
        Path file = notebook.file();
        if (hash != 0) {
          file = file.resolveSibling(hash < 0 ? target : target.substring(0, hash));
        }
        if (!Files.exists(file)) {
          breaches.add(in(cell) + "link to " + target + ", which does not exist");
        } else if (hash >= 0 && !headings(file, notebook).contains(target.substring(hash + 1))) {
          breaches.add(in(cell) + "link to " + target + ", but there is no such heading");
        }
      }
    }
    return breaches;
  }

  /** Returns the anchors of the headings: Jupyter's for a notebook, GitHub's for a page. */
  private static Set<String> headings(Path file, StoredNotebook self) {
    if (!file.toString().endsWith(".ipynb")) {
      try (Stream<String> lines = Files.lines(file)) {
        return anchors(lines.map(line -> line.toLowerCase(Locale.ROOT)));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    StoredNotebook notebook = file.equals(self.file()) ? self : StoredNotebook.read(file);
    return anchors(notebook.prose().stream().flatMap(cell -> cell.source().lines()));
  }

  private static Set<String> anchors(Stream<String> lines) {
    return lines
        .filter(line -> line.matches("#+ .*"))
        .map(line -> line.replaceFirst("#+ +", "").strip().replace(' ', '-'))
        .collect(Collectors.toSet());
  }

  private static List<String> series(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    if (notebook.prose().stream()
        .noneMatch(c -> c.source().matches("(?s)(.*\n)?## Exercises\n.*"))) {
      breaches.add("there must be a heading '## Exercises' with text below it");
    }
    List<Path> all = StoredNotebook.in(notebook.file().toAbsolutePath().getParent());
    int next = all.indexOf(notebook.file().toAbsolutePath()) + 1;
    if (next < all.size()) {
      String name = all.get(next).getFileName().toString();
      if (notebook.prose().stream().noneMatch(cell -> cell.source().contains("](" + name))) {
        breaches.add("there must be a link to the next notebook, " + name);
      }
    }
    return breaches;
  }

  /** A solution must link to its notebook and have a heading for each of its exercises. */
  private static List<String> solution(StoredNotebook solution) {
    String name = solution.file().getFileName().toString();
    Path file = solution.file().toAbsolutePath().getParent().resolveSibling(name);
    if (!Files.exists(file)) {
      return List.of("there must be a notebook of the same name in the folder above, " + name);
    }
    List<String> breaches = new ArrayList<>();
    if (solution.prose().stream().noneMatch(cell -> cell.source().contains("](../" + name))) {
      breaches.add("there must be a link to the notebook, ../" + name);
    }
    Set<String> headings = headings(solution.file(), solution);
    for (String number : exercises(StoredNotebook.read(file))) {
      if (headings.stream().noneMatch(h -> h.matches("Exercise-" + number + "(\\D.*)?"))) {
        breaches.add("there must be a heading '## Exercise " + number + "'");
      }
    }
    return breaches;
  }

  /** Returns the numbers of the exercises. */
  private static List<String> exercises(StoredNotebook notebook) {
    List<String> numbers = new ArrayList<>();
    boolean begun = false;
    for (Cell cell : notebook.prose()) {
      int heading = cell.source().indexOf("## Exercises\n");
      begun |= heading >= 0;
      Matcher exercise = EXERCISE.matcher(cell.source().substring(Math.max(0, heading)));
      while (begun && exercise.find()) {
        numbers.add(exercise.group(1));
      }
    }
    return numbers;
  }

  private static List<String> longCode(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    for (Cell cell : notebook.code()) {
      List<String> lines = cell.source().stripTrailing().lines().toList();
      if (lines.size() > MAX_LINES) {
        breaches.add(
            in(cell) + "must have at most " + MAX_LINES + " lines, but has " + lines.size());
      }
      for (String line : lines) {
        int columns = line.codePointCount(0, line.length());
        if (columns > MAX_COLUMNS) {
          breaches.add(
              in(cell)
                  + "a line must have at most "
                  + MAX_COLUMNS
                  + " columns, but has "
                  + columns
                  + ": "
                  + line.strip());
        }
      }
    }
    return breaches;
  }

  private static List<String> missingParts(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    String first = notebook.cells().isEmpty() ? "" : notebook.cells().get(0).source();
    for (String part : OPENING) {
      if (!first.contains(part)) {
        breaches.add("the first cell must contain '" + part + "'");
      }
    }
    if (!headings(notebook.file(), notebook).contains("Summary")) {
      breaches.add("there must be a heading '## Summary'");
    }
    return breaches;
  }

  /** Checks what a page shows of each output: tables and printed text. */
  private static List<String> manyDigits(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    for (Cell cell : notebook.cells()) {
      boolean isCode = cell.type().equals("code");
      List<String> texts =
          isCode ? cell.visibleTexts() : List.of(ProseNumbers.prose(cell.source()));
      String numbers =
          texts.stream()
              .flatMap(text -> DECIMAL_NUMBER.matcher(text).results())
              .filter(number -> isTooPrecise(number.group(1)))
              .map(MatchResult::group)
              .collect(Collectors.joining(", "));
      if (!numbers.isEmpty()) {
        breaches.add(
            in(cell)
                + "numbers must have at most "
                + MAX_DIGITS
                + " significant digits or "
                + FEW_DECIMALS
                + " decimals, but it has "
                + numbers);
      }
    }
    return breaches;
  }

  /**
   * Checks the traces that have the name of a layer, as in {@code GRU} or {@code GRU, training}.
   */
  private static List<String> otherColors(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    for (Cell cell : notebook.code()) {
      for (JsonNode figure : cell.figures()) {
        for (JsonNode trace : figure.path("data")) {
          String name = trace.path("name").asText();
          String expected = COLORS.get(name.replaceFirst(",.*", ""));
          JsonNode color = trace.at("/line/color");
          color = color.isMissingNode() ? trace.at("/marker/color") : color;
          if (expected != null && color.isTextual() && !color.asText().equals(expected)) {
            breaches.add(
                in(cell) + "'" + name + "' must be " + expected + ", but is " + color.asText());
          }
        }
      }
    }
    return breaches;
  }

  private static boolean isTooPrecise(String number) {
    String digits = number.replaceAll("[.,]", "").replaceFirst("^0+", "");
    int decimals = number.length() - number.indexOf('.') - 1;
    return digits.length() > MAX_DIGITS && decimals > FEW_DECIMALS;
  }

  /** Returns the snippets of each code cell as parsed by JShell, which executes nothing. */
  private static Map<Cell, List<Snippet>> snippets(StoredNotebook notebook) {
    Map<Cell, List<Snippet>> snippets = new HashMap<>();
    for (Cell cell : notebook.code()) {
      List<Snippet> found = new ArrayList<>();
      String rest = cell.source();
      while (!rest.isBlank()) {
        SourceCodeAnalysis.CompletionInfo statement = JSHELL.analyzeCompletion(rest);
        String source = statement.source() == null ? rest : statement.source();
        // JShell would try to resolve an inferred type.
        found.addAll(JSHELL.sourceToSnippets(source.replaceFirst("^(\\s*)var\\b", "$1Object")));
        rest = statement.source() == null ? "" : statement.remaining();
      }
      snippets.put(cell, found);
    }
    return snippets;
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static List<String> append(List<String> list, String last) {
    List<String> longer = new ArrayList<>(list);
    longer.add(last);
    return longer;
  }

  static String in(Cell cell) {
    return "cell '" + cell.id() + "': ";
  }
}
