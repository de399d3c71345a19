package org.unroll.callbacks;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file name with fields in the way of Python's {@code str.format}, as Keras's callbacks take it:
 * {@code {epoch:02d}-{val_loss:.2f}.keras}. A field is a name, and how its value is written: {@code
 * d} for the whole numbers {@code epoch} and {@code batch}, {@code f} and {@code e} for any number,
 * with a width, zeros before it, and digits after the point; without that, a number as it prints.
 */
final class FileTemplate {
  private static final Pattern FIELD =
      Pattern.compile("\\{(?<name>\\w+)(:(?<width>0?\\d*)(\\.(?<digits>\\d+))?(?<type>[def]))?}");

  private final String text;

  /**
   * A template.
   *
   * @throws IllegalArgumentException if a brace does not belong to a field
   */
  FileTemplate(String text) {
    this.text = text;
    String rest = FIELD.matcher(text).replaceAll("");
    if (rest.indexOf('{') >= 0 || rest.indexOf('}') >= 0) {
      throw new IllegalArgumentException(
          "A field of a file name is a name and a format d, f or e, such as {epoch:02d} or"
              + " {val_loss:.2f}. Received: "
              + text);
    }
  }

  /**
   * The name with the values in their fields.
   *
   * @param epoch the number of the epoch, from 1
   * @param batch the number of the batch, from 1; null after an epoch
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

  private String format(Matcher field, int epoch, Integer batch, Map<String, Double> logs) {
    String name = field.group("name");
    Number value = logs.get(name);
    if (name.equals("epoch")) {
      value = epoch;
    } else if (name.equals("batch")) {
      value = batch;
    }
    if (value == null) {
      List<String> names = new ArrayList<>(List.of("epoch"));
      if (batch != null) {
        names.add("batch");
      }
      names.addAll(logs.keySet());
      throw new IllegalArgumentException(
          "The file name "
              + text
              + " has the field '"
              + name
              + "', for which there is no value. There are: "
              + String.join(", ", names)
              + (name.startsWith("val_") ? ". Names with val_ need validation data in fit." : "."));
    }
    String type = field.group("type");
    if (type == null) {
      return value.toString();
    }
    boolean isWhole = value instanceof Integer;
    if (type.equals("d") && (!isWhole || field.group("digits") != null)) {
      throw new IllegalArgumentException(
          "The format d is for the whole numbers epoch and batch, without digits after a point."
              + " Received: "
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

  /** Python rounds what lies in the middle to the even digit, Java's formats round it up. */
  private static BigDecimal rounded(double value, String digits, String type) {
    int count = digits == null ? 6 : Integer.parseInt(digits);
    var exact = new BigDecimal(value);
    return type.equals("f")
        ? exact.setScale(count, RoundingMode.HALF_EVEN)
        : exact.round(new MathContext(count + 1, RoundingMode.HALF_EVEN));
  }
}
