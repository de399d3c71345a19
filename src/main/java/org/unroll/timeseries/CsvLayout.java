package org.unroll.timeseries;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.unroll.timeseries.CsvFile.Row;

/**
 * The layout of a file of separated values.
 *
 * @param separator the separator; a space stands for any spaces and tabs
 * @param headerLine the line of the header, or 0 if there is none
 * @param firstLine the first line of the rows
 * @param unitsLine the line below the header that contains no data, such as units, or 0
 * @param names the names of the columns
 * @param notes what is remarkable about the names
 */
record CsvLayout(
    char separator,
    long headerLine,
    long firstLine,
    long unitsLine,
    List<String> names,
    List<String> notes) {

  private static final List<Character> SEPARATORS = List.of(',', ';', '\t', '|');

  /** The beginning of the file, cut by one separator. */
  private record Candidate(char separator, List<Row> rows, int width, int first, double score) {}

  /**
   * Finds the layout.
   *
   * @throws IllegalArgumentException if it is not certain; the message names the option to set
   */
  static CsvLayout of(CsvFile file, TimeTable.Options options) {
    CsvFile sample = file.sample();
    Candidate found =
        options.separator == null
            ? best(sample, options)
            : candidate(sample, options.separator, options);
    if (found.rows.isEmpty()) {
      throw new IllegalArgumentException(
          "The file " + file.path() + " must have a header and rows, but is empty.");
    }
    return layout(file, found, options);
  }

  private static Candidate best(CsvFile sample, TimeTable.Options options) {
    List<Candidate> candidates =
        new ArrayList<>(
            SEPARATORS.stream()
                .map(separator -> candidate(sample, separator, options))
                .filter(candidate -> candidate.width > 1)
                .sorted(Comparator.comparingDouble(candidate -> -candidate.score))
                .toList());
    Candidate single = candidate(sample, '\0', options);
    if (single.score == 1 && candidates.stream().noneMatch(many -> many.first == 0)) {
      return single;
    }
    if (candidates.stream().noneMatch(CsvLayout::isRegular)) {
      Candidate spaces = candidate(sample, ' ', options);
      if (spaces.width > 1 && (candidates.isEmpty() || spaces.score > candidates.get(0).score)) {
        return spaces;
      }
    }
    if (candidates.isEmpty()) {
      return single;
    }
    if (candidates.size() > 1 && candidates.get(1).score > 0.98 * candidates.get(0).score) {
      throw new IllegalArgumentException(
          "The separator of the file "
              + sample.path()
              + " must be unambiguous, but both '"
              + candidates.get(0).separator
              + "' and '"
              + candidates.get(1).separator
              + "' are possible. Set it: .separator('"
              + candidates.get(0).separator
              + "').");
    }
    return candidates.get(0);
  }

  /** Returns whether all rows have the same number of values, from the first line on. */
  private static boolean isRegular(Candidate candidate) {
    return candidate.first == 0
        && candidate.rows.stream().allMatch(row -> row.cells().size() == candidate.width);
  }

  private static Candidate candidate(CsvFile sample, char separator, TimeTable.Options options) {
    List<Row> rows = new ArrayList<>();
    try {
      sample.forEach(separator, rows::add);
    } catch (IllegalArgumentException e) {
      if (options.separator != null) {
        throw e;
      }
      return new Candidate(separator, List.of(), 0, 0, 0);
    }
    rows.removeIf(row -> options.header != null && row.line() < options.header);
    Map<Integer, Integer> widths = new HashMap<>();
    rows.forEach(row -> widths.merge(row.cells().size(), 1, Integer::sum));
    int width =
        widths.entrySet().stream()
            .max(
                Map.Entry.<Integer, Integer>comparingByValue()
                    .thenComparing(Map.Entry.comparingByKey()))
            .map(Map.Entry::getKey)
            .orElse(0);
    int first =
        options.header != null
            ? 0
            : IntStream.range(0, rows.size())
                .filter(i -> isFull(rows.get(i), width))
                .findFirst()
                .orElse(0);
    return new Candidate(separator, rows, width, first, score(rows, width, first));
  }

  /** Returns whether a row has the width of the table and is not mostly blank. */
  private static boolean isFull(Row row, int width) {
    return row.cells().size() == width
        && 2 * row.cells().stream().filter(cell -> !cell.isEmpty()).count() > width;
  }

  /** Returns the share of rows of the usual width, times the share of cells that are data. */
  private static double score(List<Row> rows, int width, int first) {
    List<Row> data =
        rows.subList(Math.min(first + 1, rows.size()), Math.min(first + 101, rows.size()));
    long fitting = data.stream().filter(row -> row.cells().size() == width).count();
    long cells = 0;
    long typed = 0;
    for (Row row : data) {
      for (String cell : row.cells()) {
        cells++;
        typed += cell.isEmpty() || isData(cell) ? 1 : 0;
      }
    }
    return cells == 0 ? 0.5 : (double) fitting / data.size() * typed / cells;
  }

  /** Returns whether a cell is a number, a time, or stands for a missing value. */
  static boolean isData(String cell) {
    return NumberText.styles(cell) != 0 || ColumnGuess.SIGNS.contains(cell) || isTime(cell);
  }

  private static boolean isTime(String cell) {
    TimeFormats formats = new TimeFormats("");
    formats.add(cell);
    return formats.best() != null;
  }

  private static CsvLayout layout(CsvFile file, Candidate found, TimeTable.Options options) {
    Row first = found.rows.get(found.first);
    List<Row> rest = found.rows.subList(found.first + 1, found.rows.size());
    List<String> notes = new ArrayList<>();
    boolean[] data = new boolean[found.width];
    for (int j = 0; j < data.length; j++) {
      int column = j;
      List<String> cells =
          rest.stream()
              .filter(row -> row.cells().size() == found.width)
              .map(row -> row.cells().get(column))
              .filter(cell -> !cell.isEmpty())
              .toList();
      data[j] =
          !cells.isEmpty() && 2 * cells.stream().filter(CsvLayout::isData).count() > cells.size();
    }
    Row before = found.first == 0 ? null : found.rows.get(found.first - 1);
    if (options.header == null && !options.noHeader && looksLike(first, data)) {
      if (before != null && 2 * before.cells().size() > found.width) {
        return shifted(file, found, before, first, notes);
      }
      if (first.cells().stream().noneMatch(CsvLayout::isTime)) {
        throw new IllegalArgumentException(
            "It must be clear whether the file has a header, but line "
                + first.line()
                + " of "
                + file.path()
                + " contains only numbers: "
                + String.join(String.valueOf(found.separator), first.cells())
                + ". If there is no header, set .noHeader(); otherwise set .header("
                + first.line()
                + ").");
      }
      notes.add("There is no header; the columns are named by their numbers.");
      return unnamed(found, first, notes);
    }
    if (options.noHeader) {
      return unnamed(found, first, notes);
    }
    long units = 0;
    if (rest.size() > 2 && isUnits(rest.get(0), data)) {
      units = rest.get(0).line();
      notes.add(
          "Line "
              + units
              + " is left out because it contains no data: "
              + String.join(String.valueOf(found.separator), rest.get(0).cells()));
    }
    List<String> names = new ArrayList<>(first.cells());
    while (names.size() < found.width) {
      names.add("");
    }
    return new CsvLayout(
        found.separator, first.line(), first.line() + 1, units, distinct(names, notes), notes);
  }

  private static CsvLayout unnamed(Candidate found, Row first, List<String> notes) {
    List<String> names = Collections.nCopies(found.width, "");
    return new CsvLayout(
        found.separator, 0, first.line(), 0, distinct(names, new ArrayList<>()), notes);
  }

  /** Returns the layout of a header that is shorter than the rows. */
  private static CsvLayout shifted(
      CsvFile file, Candidate found, Row header, Row first, List<String> notes) {
    List<String> names = new ArrayList<>(header.cells());
    int more = found.width - names.size();
    boolean trailing =
        found.rows.stream()
            .filter(row -> row.cells().size() == found.width)
            .allMatch(
                row ->
                    row.cells().subList(found.width - more, found.width).stream()
                        .allMatch(String::isEmpty));
    if (!trailing && more > 1) {
      throw new IllegalArgumentException(
          "The header of %s must have a name for each value of a row, but line %d has %d names and the rows have %d values. Set .header(%d) if the last columns have no names, or .noHeader()."
              .formatted(file.path(), header.line(), names.size(), found.width, header.line()));
    }
    names.addAll(trailing ? names.size() : 0, Collections.nCopies(more, ""));
    if (!trailing) {
      notes.add("The header has no name for the first column.");
    }
    return new CsvLayout(
        found.separator, header.line(), first.line(), 0, distinct(names, notes), notes);
  }

  /** Returns whether every cell in a column of data is data. */
  private static boolean looksLike(Row row, boolean[] data) {
    int known = 0;
    for (int j = 0; j < Math.min(data.length, row.cells().size()); j++) {
      if (data[j] && !row.cells().get(j).isEmpty()) {
        if (!isData(row.cells().get(j))) {
          return false;
        }
        known++;
      }
    }
    return known > 0;
  }

  /** Returns whether a row has texts in all columns of data. */
  private static boolean isUnits(Row row, boolean[] data) {
    int texts = 0;
    for (int j = 0; j < Math.min(data.length, row.cells().size()); j++) {
      if (data[j] && !row.cells().get(j).isEmpty()) {
        if (isData(row.cells().get(j))) {
          return false;
        }
        texts++;
      }
    }
    return texts > 0;
  }

  /** Returns the names with the numbers of unnamed columns, and different from each other. */
  private static List<String> distinct(List<String> names, List<String> notes) {
    Set<String> seen = new HashSet<>();
    List<String> distinct = new ArrayList<>();
    for (int j = 0; j < names.size(); j++) {
      String name = names.get(j).isEmpty() ? "column " + (j + 1) : names.get(j);
      String free = name;
      for (int i = 1; !seen.add(free.toLowerCase(Locale.ROOT)); i++) {
        free = name + "." + i;
      }
      if (!free.equals(name)) {
        notes.add(
            "Column " + (j + 1) + " is named '" + free + "' because '" + name + "' is repeated.");
      }
      distinct.add(free);
    }
    return distinct;
  }
}
