package org.unroll.timeseries;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.unroll.timeseries.ColumnGuess.Kind;
import org.unroll.timeseries.CsvFile.Row;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * Converts the rows of a file to a table: first it finds the type of each column from all cells,
 * then it reads the values.
 */
final class TableReader {
  private final CsvFile file;
  private final TimeTable.Options options;
  private final CsvLayout layout;
  private final List<String> names;
  private final List<String> notes;
  private final List<ColumnGuess> guesses;
  private int comments;
  private int rows;
  private int blankAtEnd;
  private char decimal = '.';

  /** The columns that together contain the times; empty if one column does. */
  private List<String> joined = List.of();

  private ColumnGuess joint;

  TableReader(CsvFile file, TimeTable.Options options) {
    this.file = file;
    this.options = options;
    layout = CsvLayout.of(file, options);
    names = layout.names();
    notes = new ArrayList<>(layout.notes());
    requireKnown(options.time);
    requireKnown(options.text);
    guesses = names.stream().map(name -> new ColumnGuess(name, options.missing)).toList();
  }

  private void requireKnown(Iterable<String> columns) {
    for (String column : columns) {
      if (!names.contains(column)) {
        throw new IllegalArgumentException(
            "The file "
                + file.path()
                + " must have the column '"
                + column
                + "', but its columns are "
                + names
                + ".");
      }
    }
  }

  /** Returns the description of the table. */
  TableDescription read() {
    forEachRow(
        (row, line) -> {
          for (int j = 0; j < row.size(); j++) {
            guesses.get(j).add(row.get(j), line);
          }
        });
    if (rows == 0) {
      throw new IllegalArgumentException(
          "The file " + file.path() + " must have rows, but has only a header.");
    }
    for (ColumnGuess guess : guesses) {
      if (!isText(guess) && !options.time.contains(guess.name)) {
        guess.requireOneType(String.valueOf(file.path()));
      }
    }
    chooseDecimal();
    findTimes();
    return describe(table());
  }

  private boolean isText(ColumnGuess guess) {
    return options.text.contains(guess.name);
  }

  private void forEachRow(BiConsumer<List<String>, Long> action) {
    rows = 0;
    comments = 0;
    List<Row> blanks = new ArrayList<>();
    file.forEach(
        layout.separator(),
        row -> {
          if (row.line() < layout.firstLine()
              || row.line() == layout.unitsLine()
              || row.line() > options.lastLine) {
            return;
          }
          if (row.isComment() && row.cells().size() != names.size()) {
            comments++;
          } else if (row.isBlank()) {
            blanks.add(row);
          } else {
            for (Row blank : blanks) {
              action.accept(cells(blank), blank.line());
            }
            rows += blanks.size() + 1;
            blanks.clear();
            action.accept(cells(row), row.line());
          }
        });
    blankAtEnd = blanks.size();
  }

  /** Returns the cells of a row in all columns. */
  private List<String> cells(Row row) {
    List<String> cells = row.cells();
    int width = names.size();
    if (cells.size() == width) {
      return cells;
    }
    boolean blank = cells.stream().skip(width).allMatch(String::isEmpty);
    if (cells.size() > width && blank) {
      return cells.subList(0, width);
    }
    if (row.isBlank()) {
      return Collections.nCopies(width, "");
    }
    String text = String.join(String.valueOf(layout.separator()), cells);
    throw new IllegalArgumentException(
        ("Every row of %s must have %d values%s, but line %d has %d: %s. Correct the line. If the table"
                + " ends before it, set .lastLine(%d); if the separator is not '%s', set"
                + " .separator(…); if the header is in another line, set .header(line).")
            .formatted(
                file.path(),
                width,
                layout.headerLine() == 0 ? "" : ", like the header in line " + layout.headerLine(),
                row.line(),
                cells.size(),
                text.length() > 200 ? text.substring(0, 200) + "…" : text,
                row.line() - 1,
                layout.separator()));
  }

  private void chooseDecimal() {
    if (options.decimal != null) {
      decimal = options.decimal;
      for (ColumnGuess guess : guesses) {
        if (guess.kind() == Kind.NUMBER && !isText(guess) && !guess.fits(decimal)) {
          throw new IllegalArgumentException(
              "The decimal sign was set to '"
                  + decimal
                  + "', but the numbers in column '"
                  + guess.name
                  + "' of "
                  + file.path()
                  + " have another one. Do not set it, or read the column as text: .text(\""
                  + guess.name
                  + "\").");
        }
      }
      return;
    }
    Set<Integer> votes = new LinkedHashSet<>();
    String unclear = null;
    String column = null;
    for (ColumnGuess guess : guesses) {
      if (guess.kind() == Kind.NUMBER && !isText(guess)) {
        if (guess.vote() != 0) {
          votes.add(guess.vote());
        } else if (unclear == null && guess.ambiguous() != null) {
          unclear = guess.ambiguous();
          column = guess.name;
        }
      }
    }
    boolean plainCommas = layout.separator() == ',' && unclear != null && unclear.indexOf('.') >= 0;
    if (unclear != null && votes.size() != 1 && !plainCommas) {
      throw new IllegalArgumentException(
          "The decimal sign of %s must be unambiguous, but '%s' in column '%s' may be %s or %s. Set it: .decimal('.') or .decimal(',')."
              .formatted(
                  file.path(),
                  unclear,
                  column,
                  NumberText.plain(unclear, '.'),
                  NumberText.plain(unclear, ',')));
    }
    decimal = votes.size() == 1 && votes.contains(NumberText.COMMA) ? ',' : '.';
  }

  /** Returns the decimal sign of a column: that of the file unless its numbers have the other. */
  private char decimal(ColumnGuess guess) {
    return guess.fits(decimal) ? decimal : decimal == '.' ? ',' : '.';
  }

  private void findTimes() {
    joined = options.time.isEmpty() ? partsOfTimes() : options.time;
    if (!joined.isEmpty()) {
      joint = new ColumnGuess("time", options.missing);
      if (options.timeFormat == null) {
        forEachRow((row, line) -> joint.add(join(row), line));
      }
    }
    for (ColumnGuess guess : guesses) {
      if (guess.kind() == Kind.TIME && !joined.contains(guess.name) && !isText(guess)) {
        requireClear(guess.times(), guess.name);
      }
    }
    if (joint != null && options.timeFormat == null && !isPartsOfNumbers()) {
      joint.requireOneType(String.valueOf(file.path()));
      requireClear(joint.times(), String.join("', '", joined));
    }
  }

  private void requireClear(TimeFormats times, String column) {
    if (options.dayFirst != null) {
      times.prefer(options.dayFirst);
    }
    String ambiguous = times.ambiguous();
    if (ambiguous != null) {
      throw new IllegalArgumentException(
          ("The order of day and month in column '%s' of %s must be unambiguous, but '%s' and all other values"
                  + " can be read in both ways. Set .dayFirst() or .monthFirst(), or the format:"
                  + " .time(\"%s\").timeFormat(\"%s\").")
              .formatted(column, file.path(), ambiguous, column, times.best()));
    }
  }

  private boolean isPartsOfNumbers() {
    return joined.equals(TimeParts.of(names)) && options.time.isEmpty();
  }

  /** Returns the columns of dates and times of the day, or of years, months, days and hours. */
  private List<String> partsOfTimes() {
    List<ColumnGuess> whole =
        guesses.stream().filter(guess -> guess.kind() == Kind.TIME && !isText(guess)).toList();
    List<String> ofNumbers = TimeParts.of(names);
    if (whole.isEmpty()) {
      return ofNumbers.size() > 1
              && ofNumbers.stream().allMatch(name -> guess(name).kind() == Kind.NUMBER)
          ? ofNumbers
          : List.of();
    }
    ColumnGuess first = whole.get(0);
    if (first.times().best().hasTime() || !first.times().best().hasDay()) {
      return List.of();
    }
    List<String> ofDay =
        guesses.stream()
            .filter(guess -> guess.kind() == Kind.TIME_OF_DAY && !isText(guess))
            .map(guess -> guess.name)
            .toList();
    if (ofDay.size() == 1) {
      return List.of(first.name, ofDay.get(0));
    }
    List<String> hours =
        guesses.stream()
            .filter(guess -> guess.kind() == Kind.NUMBER && TimeParts.isHour(guess.name))
            .map(guess -> guess.name)
            .toList();
    return first.repeats() && hours.size() == 1 ? List.of(first.name, hours.get(0)) : List.of();
  }

  private ColumnGuess guess(String name) {
    return guesses.get(names.indexOf(name));
  }

  private String join(List<String> row) {
    List<String> parts = joined.stream().map(name -> row.get(names.indexOf(name))).toList();
    return parts.stream().anyMatch(part -> part.isEmpty() || guess(joined.get(0)).isSign(part))
        ? ""
        : String.join(" ", parts);
  }

  private TimeFormat jointFormat() {
    if (options.timeFormat != null) {
      return TimeFormat.of(options.timeFormat);
    }
    if (isPartsOfNumbers()) {
      return TimeFormat.of(TimeParts.pattern(joined.size()));
    }
    TimeFormat best = joint.times().best();
    if (best == null) {
      throw new IllegalArgumentException(
          "The format of the times in the columns %s of %s must be known, but was not found. Set it, for example .timeFormat(\"dd.MM.yyyy HH:mm\")."
              .formatted(joined, file.path()));
    }
    return best;
  }

  private Table table() {
    Table table = Table.create(String.valueOf(file.path().getFileName()));
    List<CellReader> readers = new ArrayList<>();
    CellReader times =
        joint == null ? null : CellReader.ofTimes(String.join(" ", joined), jointFormat());
    for (ColumnGuess guess : guesses) {
      boolean part = joined.contains(guess.name) && guess.kind() != Kind.NUMBER;
      boolean unnamed = guess.kind() == Kind.EMPTY && guess.name.startsWith("column ");
      readers.add(part || unnamed ? null : reader(guess));
      if (unnamed) {
        notes.add(
            "Column "
                + (names.indexOf(guess.name) + 1)
                + " is left out because it has neither a name nor values.");
      }
    }
    forEachRow(
        (row, line) -> {
          if (times != null) {
            times.add(join(row), line);
          }
          for (int j = 0; j < row.size(); j++) {
            if (readers.get(j) != null) {
              ColumnGuess guess = guesses.get(j);
              String cell = row.get(j);
              readers.get(j).add(guess.isSign(cell) ? "" : cell, line);
            }
          }
        });
    for (int j = 0; j < readers.size(); j++) {
      if (times != null && names.get(j).equals(joined.get(0))) {
        table.addColumns(times.column());
      }
      if (readers.get(j) != null) {
        table.addColumns(readers.get(j).column());
      }
    }
    return options.zone == null ? table : TimeTable.inZone(table, options.zone.getId());
  }

  private CellReader reader(ColumnGuess guess) {
    Kind kind = isText(guess) ? Kind.TEXT : guess.kind();
    return switch (kind) {
      case NUMBER, EMPTY -> CellReader.ofNumbers(guess.name, decimal(guess), options.missing);
      case TIME, TIME_OF_DAY -> CellReader.ofTimes(guess.name, guess.times().best());
      case BOOLEAN -> CellReader.ofBooleans(guess.name);
      case TEXT -> CellReader.ofText(guess.name);
    };
  }

  private TableDescription describe(Table table) {
    List<String> facts = new ArrayList<>();
    facts.add("encoding " + file.encoding());
    facts.add(
        "separator "
            + (layout.separator() == '\t'
                ? "tab"
                : layout.separator() == ' '
                    ? "spaces"
                    : layout.separator() == '\0' ? "none" : "'" + layout.separator() + "'"));
    facts.add("decimal sign '" + decimal + "'");
    facts.add(layout.headerLine() == 0 ? "no header" : "header in line " + layout.headerLine());
    TreeMap<String, Integer> signs = new TreeMap<>();
    guesses.forEach(
        guess ->
            guess.signs.forEach(
                (sign, count) -> {
                  if (guess.isSign(sign)) {
                    signs.merge(sign, count, Integer::sum);
                  }
                }));
    facts.add(
        "missing values "
            + (signs.isEmpty()
                ? "empty"
                : signs.entrySet().stream()
                    .map(sign -> "'" + sign.getKey() + "' (" + sign.getValue() + ")")
                    .collect(Collectors.joining(", "))));
    if (!joined.isEmpty()) {
      notes.add("The times are in the columns " + joined + ".");
    }
    if (comments > 0) {
      notes.add(comments + " lines that begin with # are left out.");
    }
    if (blankAtEnd > 0) {
      notes.add(blankAtEnd + " blank rows at the end are left out.");
    }
    List<TableDescription.ColumnDescription> columns = new ArrayList<>();
    for (Column<?> column : table.columns()) {
      columns.add(
          new TableDescription.ColumnDescription(
              column.name(),
              column.type().name(),
              format(column),
              column.countMissing(),
              column.isEmpty() ? "" : column.getUnformattedString(0)));
    }
    notes.addAll(suspicions(table));
    return new TableDescription(String.valueOf(file.path()), table, facts, columns, notes);
  }

  private String format(Column<?> column) {
    if (joint != null && column.name().equals(String.join(" ", joined))) {
      return String.valueOf(jointFormat());
    }
    if (!names.contains(column.name())) {
      return "";
    }
    ColumnGuess guess = guess(column.name());
    boolean times = guess.kind() == Kind.TIME || guess.kind() == Kind.TIME_OF_DAY;
    return times && !isText(guess)
        ? String.valueOf(guess.times().best())
        : guess.kind() == Kind.NUMBER && decimal(guess) != decimal
            ? "decimal sign '" + decimal(guess) + "'"
            : "";
  }

  /** Returns what is probably wrong with the table, but cannot be known. */
  private static List<String> suspicions(Table table) {
    List<String> notes = new ArrayList<>();
    Timestamps times = Timestamps.of(table);
    if (times.columns() == null) {
      notes.add(
          times
              .remark()
              .orElse("No column of times was found. Name it if there is one: .time(\"…\")."));
    } else {
      try {
        RowOrder.requireAscending(times);
      } catch (IllegalArgumentException e) {
        notes.add(e.getMessage());
      }
    }
    List<NumericColumn<?>> features = new ArrayList<>();
    for (Column<?> column : table.columns()) {
      if (column instanceof NumericColumn<?> numbers && !times.isIn(column)) {
        sentinel(numbers, notes);
        features.add(numbers);
      }
    }
    TimeParts.remark(features).ifPresent(notes::add);
    return notes;
  }

  /** Reports an extreme value that is far from all others and written like -999. */
  private static void sentinel(NumericColumn<?> column, List<String> notes) {
    double[] values =
        Arrays.stream(column.asDoubleArray()).filter(value -> !Double.isNaN(value)).toArray();
    if (values.length < 2) {
      return;
    }
    for (boolean low : new boolean[] {true, false}) {
      double extreme =
          low
              ? Arrays.stream(values).min().getAsDouble()
              : Arrays.stream(values).max().getAsDouble();
      double[] rest = Arrays.stream(values).filter(value -> value != extreme).toArray();
      double least = Arrays.stream(rest).min().orElse(0);
      double most = Arrays.stream(rest).max().orElse(0);
      double gap = low ? least - extreme : extreme - most;
      int count = values.length - rest.length;
      String text = String.format(Locale.ROOT, "%.10g", extreme);
      boolean nines = text.matches("-?9{2,}\\.?9*0*");
      boolean hundreds = low && extreme <= -100 && extreme % 100 == 0 && count > 1;
      if (rest.length > 0 && gap > most - least && (nines || hundreds)) {
        String written =
            extreme == Math.rint(extreme)
                ? String.valueOf((long) extreme)
                : String.valueOf(extreme);
        notes.add(
            "The value "
                + written
                + " occurs "
                + count
                + (count == 1 ? " time" : " times")
                + " in column '"
                + column.name()
                + "', far from the other values, "
                + least
                + " … "
                + most
                + ". If it stands for a missing value, set .missing(\""
                + written
                + "\").");
      }
    }
  }
}
