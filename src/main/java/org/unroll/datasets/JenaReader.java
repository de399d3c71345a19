package org.unroll.datasets;

import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.format.ResolverStyle;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.unroll.internal.TableClass;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/** Reads a file of the Jena weather station of any year. */
final class JenaReader {
  /** The number that the station writes for a missing value. */
  static final double MISSING = -9999;

  private static final String TIME = "Date Time";

  private static final DateTimeFormatter GERMAN = format("dd.MM.uuuu HH:mm:ss");
  private static final DateTimeFormatter ISO = format("uuuu-MM-dd HH:mm:ss");

  /** Columns of later years whose units are often garbled by a wrong encoding. */
  private static final List<String> LATER =
      List.of("SWDR (W/m²)", "PAR (µmol/m²/s)", "max. PAR (µmol/m²/s)");

  /** The size of the largest array. */
  private static final long MAX_SIZE = Integer.MAX_VALUE - 8;

  private final Path origin;
  private final CsvParser parser;

  private JenaReader(Path origin) {
    this.origin = origin;
    var settings = new CsvParserSettings();
    settings.setMaxCharsPerColumn(10_000);
    settings.setMaxColumns(100);
    settings.setLineSeparatorDetectionEnabled(true);
    // A second thread for parsing is no faster here and would survive an exception.
    settings.setReadInputOnSeparateThread(false);
    parser = new CsvParser(settings);
  }

  private static DateTimeFormatter format(String pattern) {
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT)
        .withResolverStyle(ResolverStyle.STRICT);
  }

  /**
   * Returns the table of a file.
   *
   * @param file the file to read
   * @param origin the file to name in messages and in the name of the table: the file itself, or
   *     the zip archive that contains it
   * @throws IllegalArgumentException if it has another format, a row is invalid, or it is truncated
   */
  static Table read(Path file, Path origin) throws IOException {
    long size = Files.size(file);
    if (size > MAX_SIZE) {
      throw new IllegalArgumentException(
          "The file %s must have at most %d bytes, but has %d. Split it into several files."
              .formatted(origin, MAX_SIZE, size));
    }
    return TableClass.initializeDuring(() -> new JenaReader(origin).read(Files.readAllBytes(file)));
  }

  private Table read(byte[] bytes) {
    boolean isCut = isCutInLastNumber(bytes);
    try {
      // One byte per character preserves garbled bytes; the header is decoded below.
      parser.beginParsing(
          new InputStreamReader(new ByteArrayInputStream(bytes), StandardCharsets.ISO_8859_1));
      List<String> names = header(parser.parseNext());
      int parts = Runtime.getRuntime().availableProcessors();
      JenaRows regular = isCut ? null : JenaRows.read(bytes, names.size(), parts);
      Table table = Table.create(origin.getFileName().toString());
      if (regular != null) {
        table.addColumns(regular.times(TIME));
        for (int j = 0; j < names.size(); j++) {
          table.addColumns(DoubleColumn.create(names.get(j), regular.column(j)));
        }
        return table;
      }
      var times = DateTimeColumn.create(TIME);
      List<DoubleColumn> numbers = names.stream().map(DoubleColumn::create).toList();
      LocalDateTime latest = LocalDateTime.MIN;
      String[] before = null;
      String[] last = null;
      for (String[] row = parser.parseNext(); row != null; row = parser.parseNext()) {
        append(row, numbers);
        LocalDateTime time = time(row);
        // The file repeats some rows. They are kept, so that row numbers are those of the book.
        times.append(time.isAfter(latest) ? time : null);
        latest = time.isAfter(latest) ? time : latest;
        before = last;
        last = row;
      }
      if (times.isEmpty()) {
        throw new IllegalArgumentException(
            "The file " + origin + " must have rows, but has only a header.");
      }
      if (isCut && before != null) {
        throw cut(before, last);
      }
      table.addColumns(times);
      numbers.forEach(table::addColumns);
      return table;
    } finally {
      parser.stopParsing();
    }
  }

  private List<String> header(String[] header) {
    String[] expected = JenaClimate.columns();
    if (header == null) {
      throw new IllegalArgumentException(
          "The file " + origin + " must have a header and rows, but is empty.");
    }
    List<String> names = new ArrayList<>();
    for (int i = 0; i < Math.max(header.length, expected.length + 1); i++) {
      String name = i < header.length && header[i] != null ? decoded(header[i]) : "nothing";
      boolean asExpected =
          switch (i) {
            case 0 -> name.equalsIgnoreCase(TIME) || name.equalsIgnoreCase("date");
            default -> i > expected.length || name.equals(expected[i - 1]);
          };
      if (!asExpected) {
        throw new IllegalArgumentException(
            "The file "
                + origin
                + " must have the header of the Jena weather station, in which column "
                + (i + 1)
                + " is '"
                + (i == 0 ? TIME + "' or 'date" : expected[i - 1])
                + "', but its column is '"
                + shortened(name)
                + "'.");
      }
      if (i > 0) {
        names.add(name);
      }
    }
    return names;
  }

  /**
   * Decodes a name that was read byte by byte, as UTF-8 if it is valid UTF-8, and repairs known
   * garbling.
   */
  private static String decoded(String name) {
    ByteBuffer bytes = ByteBuffer.wrap(name.getBytes(StandardCharsets.ISO_8859_1));
    String text = name;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      // The name is Latin 1, so it is already correct.
    }
    String clean = text.replace("\uFEFF", "").strip();
    return LATER.stream().filter(known -> isGarbled(known, clean)).findFirst().orElse(clean);
  }

  /** Returns whether a name equals the known one apart from characters that are not ASCII. */
  private static boolean isGarbled(String known, String name) {
    return name.replaceAll("[^ -~]+", "?").equals(known.replaceAll("[^ -~]+", "?"));
  }

  private void append(String[] row, List<DoubleColumn> numbers) {
    if (row.length != numbers.size() + 1) {
      throw invalid(
          "it has "
              + row.length
              + " values, but the header has "
              + (numbers.size() + 1)
              + " columns",
          row);
    }
    for (int j = 1; j < row.length; j++) {
      double value = number(row, j, numbers.get(j - 1));
      numbers.get(j - 1).append(value == MISSING ? Double.NaN : value);
    }
  }

  private LocalDateTime time(String[] row) {
    String text = row[0] == null ? "" : row[0];
    try {
      return LocalDateTime.parse(text, text.indexOf('.') == 2 ? GERMAN : ISO);
    } catch (DateTimeParseException e) {
      throw invalid(
          "'" + text + "' is not a time like 31.12.2016 23:50:00 or 2016-12-31 23:50:00", row);
    }
  }

  private double number(String[] row, int j, DoubleColumn column) {
    String text = row[j] == null ? "" : row[j];
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below, like numbers that are not finite.
    }
    throw invalid("'" + text + "' in column '" + column.name() + "' is not a number", row);
  }

  /**
   * Returns whether a file is truncated inside its last value, and therefore still has all columns:
   * it has no last line ending, and fewer decimals at its end than in the row before. A missing
   * line ending alone is allowed.
   */
  private static boolean isCutInLastNumber(byte[] text) {
    int begin = text.length;
    while (begin > 0 && !isLineEnding(text[begin - 1])) {
      begin--;
    }
    int before = begin;
    while (before > 0 && isLineEnding(text[before - 1])) {
      before--;
    }
    return begin < text.length && decimals(text, text.length) < decimals(text, before);
  }

  private static boolean isLineEnding(byte character) {
    return character == '\n' || character == '\r';
  }

  /** Returns the number of decimals of the number before an index, possibly in quotes. */
  private static int decimals(byte[] text, int index) {
    int end = index;
    while (end > 0 && (text[end - 1] == '"' || text[end - 1] == ' ' || text[end - 1] == '\t')) {
      end--;
    }
    int i = end;
    while (i > 0 && text[i - 1] != '.' && text[i - 1] != ',' && !isLineEnding(text[i - 1])) {
      i--;
    }
    return i > 0 && text[i - 1] == '.' ? end - i : 0;
  }

  private IllegalArgumentException cut(String[] before, String[] last) {
    int end = last.length - 1;
    return invalid(
        "it has no line ending, and '"
            + last[end]
            + "' has fewer decimals than '"
            + before[end]
            + "' in the row before. Add a line ending if the file is complete",
        last,
        parser.getContext().currentLine(),
        true);
  }

  private IllegalArgumentException invalid(String what, String[] row) {
    long line = parser.getContext().currentLine();
    return invalid(what, row, line, parser.parseNext() == null);
  }

  private IllegalArgumentException invalid(String what, String[] row, long line, boolean last) {
    return new IllegalArgumentException(
        "Line "
            + line
            + (last ? ", the last one," : "")
            + " of "
            + origin
            + " could not be read: "
            + what
            + ". "
            + (last ? "Check whether the file is truncated. " : "")
            + "The line is: "
            + shortened(String.join(",", row)));
  }

  private static String shortened(String text) {
    return text.length() > 200 ? text.substring(0, 200) + "…" : text;
  }
}
