package org.unroll.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unroll.notebook.StoredNotebook.Cell;

/**
 * Compares the numbers in the prose of a notebook with its outputs and its code.
 *
 * <p>It checks numbers with a decimal point, grouped integers such as 53,825, and integers before a
 * unit. Each must be a number of the outputs or of the code, rounded to the digits shown. For other
 * numbers, the metadata of the cell must contain the source: {@code "quoted": ["0.265"]} for
 * numbers from elsewhere, {@code "derived": {"0.06": "2.1445 - 2.0889"}} for numbers computed from
 * outputs.
 */
final class ProseNumbers {

  /** Longer traces are ignored because any number occurs among thousands of points. */
  static final int LONGEST_TRACE = 100;

  private static final String UNITS =
      "%|°C?|K|degrees?|s|ms|µs|seconds?|milliseconds?|Hz|kHz|dB|kB|KB|MB|GB|bits?|parameters?|weights?"
          + "|points?|per ?cent|hPa|mbar";

  private static final String DIGITS = "\\d{1,3}(?:,\\d{3})+(?!\\d)(?:\\.\\d+)?|\\d+(?:\\.\\d+)?";

  private static final Pattern IN_PROSE =
      Pattern.compile(
          "(?<![\\w.,])([-−+]?)("
              + DIGITS
              + "(?:[eE][-−+]?\\d+)?)(?![\\d]|\\.\\d|\\w*\\.\\w)\\s?(?:("
              + UNITS
              + ")(?!\\w))?",
          Pattern.UNICODE_CHARACTER_CLASS);

  private static final Pattern IN_OUTPUT =
      Pattern.compile("[-−]?(?:" + DIGITS + ")(?:[eE][-+]?\\d+)?");

  /** Numbers that are part of a name. */
  private static final Pattern NAMES =
      Pattern.compile(
          "(?i)\\b(sections?|chapters?|figures?|tables?|equations?|versions?|java|jdk|keras|python|tensorflow"
              + "|jupyterlab|notebooks?)\\s+\\d+(\\.\\d+)*");

  private static final Pattern SPACE = Pattern.compile("\\s+");

  private static final Set<Double> FREE = Set.of(1.0, 2.0, 100.0);

  private ProseNumbers() {}

  /** A number in the prose; {@code decimals} is the number of digits after the point. */
  record Quote(String text, double value, int decimals, boolean signed, String unit) {

    /** Returns whether {@code found}, rounded to the digits of this number, equals it. */
    boolean isRounded(double found) {
      double tolerance = 0.5 * Math.pow(10, -decimals) * (1 + 1e-9);
      return close(found, tolerance) || (isPercentage() && close(found * 100, tolerance));
    }

    private boolean isPercentage() {
      return unit.equals("%") || unit.startsWith("per");
    }

    private boolean close(double found, double tolerance) {
      return Math.abs((signed ? found : Math.abs(found)) - value) <= tolerance;
    }
  }

  static List<String> unsupported(StoredNotebook notebook) {
    Set<Double> known = outputs(notebook);
    for (Cell cell : notebook.code()) {
      known.addAll(numbers(cell.source().replaceAll("(?<=\\d)_(?=\\d)", "")));
    }
    List<String> breaches = new ArrayList<>();
    for (Cell cell : notebook.prose()) {
      JsonNode metadata = cell.json().path("metadata");
      List<String> quoted =
          StoredNotebook.elements(metadata.path("quoted")).map(JsonNode::asText).toList();
      Set<String> declared = new LinkedHashSet<>(quoted);
      metadata.path("derived").fieldNames().forEachRemaining(declared::add);
      for (Quote quote : quotes(cell.source())) {
        boolean isDeclared = declared.remove(quote.text());
        if (quoted.contains(quote.text())) {
          continue;
        }
        JsonNode derivation = metadata.path("derived").path(quote.text());
        if (isDeclared || !derivation.isMissingNode()) {
          derivationError(quote, derivation.asText(), known)
              .ifPresent(error -> breaches.add(NotebookRules.in(cell) + error));
        } else if (known.stream().noneMatch(quote::isRounded)) {
          breaches.add(NotebookRules.in(cell) + missing(quote.text(), quote.value(), known));
        }
      }
      for (String unused : declared) {
        breaches.add(
            NotebookRules.in(cell)
                + "the metadata declares '"
                + unused
                + "', which is not among the numbers of its prose");
      }
    }
    return breaches;
  }

  /** Returns the text without code, formulas and links. */
  static String prose(String markdown) {
    return withoutCode(markdown)
        .replaceAll("(?s)\\$\\$.*?\\$\\$", " ")
        .replaceAll("\\$[^$\n]*\\$", " ")
        .replaceAll("!?\\[[^\\]]*\\]\\([^)]*\\)", " ")
        .replaceAll("https?://\\S+", " ")
        .replaceAll("<[^>\n]*>", " ");
  }

  static List<Quote> quotes(String markdown) {
    String prose = prose(markdown);
    prose = NAMES.matcher(prose).replaceAll(" ");
    List<Quote> quotes = new ArrayList<>();
    Matcher matcher = IN_PROSE.matcher(prose);
    while (matcher.find()) {
      String digits = matcher.group(2);
      String unit = matcher.group(3) == null ? "" : matcher.group(3);
      if (digits.matches("\\d+") && unit.isEmpty()) {
        continue;
      }
      String sign = matcher.group(1).replace('−', '-');
      double value = parse(digits);
      quotes.add(
          new Quote(
              digits,
              sign.equals("-") ? -value : value,
              new BigDecimal(digits.replace(",", "").replace('−', '-')).scale(),
              !sign.isEmpty(),
              unit));
    }
    return quotes;
  }

  static String withoutCode(String markdown) {
    return markdown.replaceAll("(?s)```.*?```", " ").replaceAll("`[^`]*`", " ");
  }

  private static Set<Double> outputs(StoredNotebook notebook) {
    Set<Double> numbers = new LinkedHashSet<>();
    for (Cell cell : notebook.code()) {
      cell.shownTexts().forEach(text -> numbers.addAll(numbers(text)));
      for (JsonNode figure : cell.figures()) {
        collect(figure, numbers);
      }
    }
    return numbers;
  }

  private static void collect(JsonNode node, Set<Double> numbers) {
    if (node.isNumber()) {
      numbers.add(node.doubleValue());
    } else if (node.isTextual()) {
      numbers.addAll(numbers(node.textValue()));
    } else if (!isLong(node)) {
      node.forEach(child -> collect(child, numbers));
    }
  }

  /** Returns whether the node contains the values of a trace that is too long. */
  private static boolean isLong(JsonNode node) {
    int rows = node.size();
    int columns = Math.max(1, node.path(0).size());
    return node.isArray() && !node.path(0).isObject() && rows * columns > LONGEST_TRACE;
  }

  private static List<Double> numbers(String text) {
    List<Double> numbers = new ArrayList<>();
    Matcher matcher = IN_OUTPUT.matcher(text);
    while (matcher.find()) {
      numbers.add(parse(matcher.group()));
    }
    return numbers;
  }

  private static double parse(String number) {
    return Double.parseDouble(number.replace(",", "").replace('−', '-'));
  }

  private static Optional<String> derivationError(
      Quote quote, String derivation, Set<Double> known) {
    List<String> parts = SPACE.splitAsStream(derivation.strip()).toList();
    Map<String, DoubleBinaryOperator> operators =
        Map.of(
            "+", (a, b) -> a + b, "-", (a, b) -> a - b, "*", (a, b) -> a * b, "/", (a, b) -> a / b);
    if (parts.size() != 3 || !operators.containsKey(parts.get(1))) {
      return Optional.of(
          "'"
              + derivation
              + "' derives "
              + quote.text()
              + "; it must be two numbers with + - * or / between them");
    }
    for (String operand : List.of(parts.get(0), parts.get(2))) {
      List<Quote> as = quotes(operand + " %"); // with a unit, integers are checked too
      if (as.isEmpty()) {
        return Optional.of("'" + derivation + "': '" + operand + "' must be a number");
      }
      Quote number = as.get(0);
      Quote plain = new Quote(number.text(), number.value(), number.decimals(), false, "");
      if (!FREE.contains(number.value()) && known.stream().noneMatch(plain::isRounded)) {
        return Optional.of("'" + derivation + "': " + missing(operand, number.value(), known));
      }
    }
    double result =
        operators.get(parts.get(1)).applyAsDouble(parse(parts.get(0)), parse(parts.get(2)));
    return quote.isRounded(result)
        ? Optional.empty()
        : Optional.of(quote.text() + " must be " + derivation + ", which is " + result);
  }

  private static String missing(String text, double value, Set<Double> known) {
    String nearest =
        known.stream()
            .min(Comparator.comparingDouble(number -> Math.abs(number - value)))
            .map(number -> "; the nearest number there is " + number)
            .orElse("");
    return text + " is neither in the outputs nor in the code" + nearest;
  }
}
