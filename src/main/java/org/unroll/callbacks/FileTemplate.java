package org.unroll.callbacks;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unroll.internal.Suggestion;

/**
 * A file name with fields like those of Python's {@code str.format}, for example {@code
 * {epoch:02d}-{val_loss:.2f}.keras}. A field is a name and an optional format: {@code d} for the
 * integers {@code epoch} and {@code batch}, {@code f} and {@code e} for any number, with an
 * optional width, leading zeros and number of decimals.
 */
final class FileTemplate {
  private static final Pattern FIELD =
      Pattern.compile("\\{(?<name>\\w+)(:(?<width>0?\\d*)(\\.(?<digits>\\d+))?(?<type>[def]))?}");

  private final String text;

  /**
   * Creates a template.
   *
   * @throws IllegalArgumentException if a brace does not belong to a field
   */
  FileTemplate(String text) {
    this.text = text;
    String rest = FIELD.matcher(text).replaceAll("");
    if (rest.indexOf('{') >= 0 || rest.indexOf('}') >= 0) {
      throw new IllegalArgumentException(
          "A field of a file name must be a name with an optional format d, f or e, such as"
              + " {epoch:02d} or {val_loss:.2f}, but the file name was "
              + text);
    }
  }

  /**
   * Returns the file name with values instead of fields.
   *
   * @param epoch the number of the epoch, counted from 1
   * @param batch the number of the batch, counted from 1; null after an epoch
   * @throws IllegalArgumentException if there is no value for a field
   */
  String format(int epoch, Integer batch, Map<String, Double> logs) {
    var result = new StringBuilder();
    Matcher field = FIELD.matcher(text);
    while (field.find()) {
      String value = format(field, epoch, batch, logs);
      field.appendReplacement(result, Matcher.quoteReplacement(value));
    }
    return field.appendTail(result).toString();
  }

  /**
   * Checks that there will be a value for each field.
   *
   * @param batch whether the batch is known
   * @param logs the names of the logs
   * @throws IllegalArgumentException if there is none
   */
  void requireFields(boolean batch, Set<String> logs) {
    Matcher field = FIELD.matcher(text);
    while (field.find()) {
      requireField(field.group("name"), batch, logs);
    }
  }

  private void requireField(String name, boolean batch, Set<String> logs) {
    List<String> names = new ArrayList<>(List.of("epoch"));
    if (batch) {
      names.add("batch");
    }
    names.addAll(logs);
    if (!names.contains(name)) {
      throw new IllegalArgumentException(
          "A field of the file name "
              + text
              + " must be one of "
              + String.join(", ", names)
              + ", but was '"
              + name
              + "'."
              + Suggestion.of(name, names)
              + (name.startsWith("val_") ? " Values with val_ need validation data in fit." : ""));
    }
  }

  private String format(Matcher field, int epoch, Integer batch, Map<String, Double> logs) {
    String name = field.group("name");
    Number value = logs.get(name);
    if (name.equals("epoch")) {
      value = epoch;
    } else if (name.equals("batch")) {
      value = batch;
    }
    requireField(name, batch != null, logs.keySet());
    String type = field.group("type");
    if (type == null) {
      return value.toString();
    }
    boolean isWhole = value instanceof Integer;
    if (type.equals("d") && (!isWhole || field.group("digits") != null)) {
      throw new IllegalArgumentException(
          "The format d must be used for epoch or batch, without decimals, but the field was "
              + field.group());
    }
    String width = field.group("width").equals("0") ? "" : field.group("width");
    String digits = field.group("digits") == null ? "" : "." + field.group("digits");
    if (type.equals("d")) {
      return String.format(Locale.ROOT, "%" + width + type, value);
    }
    double number = value.doubleValue();
    if (!Double.isFinite(number)) {
      return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
    }
    BigDecimal rounded = rounded(number, field.group("digits"), type);
    return String.format(Locale.ROOT, "%" + width + digits + type, rounded);
  }

  /** Rounds half to even as Python does; the formats of Java round half up. */
  private static BigDecimal rounded(double value, String digits, String type) {
    int count = digits == null ? 6 : Integer.parseInt(digits);
    var exact = new BigDecimal(value);
    return type.equals("f")
        ? exact.setScale(count, RoundingMode.HALF_EVEN)
        : exact.round(new MathContext(count + 1, RoundingMode.HALF_EVEN));
  }
}
