package org.unroll.timeseries;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import tech.tablesaw.api.Table;

/**
 * What was found in a file by a {@link TimeTable}. It is printed as a few lines of text.
 *
 * @param file the file
 * @param table the table that was read
 * @param facts the encoding, the separator, the decimal sign, the line of the header and the texts
 *     that stand for missing values
 * @param columns the columns of the table
 * @param notes what was left out, and possible problems, with the call that helps
 */
public record TableDescription(
    String file,
    Table table,
    List<String> facts,
    List<ColumnDescription> columns,
    List<String> notes) {

  /** Copies the lists. */
  public TableDescription {
    facts = List.copyOf(facts);
    columns = List.copyOf(columns);
    notes = List.copyOf(notes);
  }

  /**
   * A column of the table.
   *
   * @param name its name
   * @param type its type in Tablesaw, such as {@code DOUBLE} or {@code LOCAL_DATE_TIME}
   * @param format the format of its times in the file, or an empty text
   * @param missing the number of missing values
   * @param first the value in the first row
   */
  public record ColumnDescription(
      String name, String type, String format, int missing, String first) {
    @Override
    public String toString() {
      return "'"
          + name
          + "' "
          + type
          + (format.isEmpty() ? "" : " (" + format + ")")
          + ", first "
          + (first.isEmpty() ? "missing" : first)
          + (missing == 0 ? "" : String.format(Locale.ROOT, ", %,d missing", missing));
    }
  }

  /** Returns the size of the table and the facts, in one line. */
  public String summary() {
    return String.format(
        Locale.ROOT,
        "%s: %,d rows, %,d columns; %s",
        file,
        table.rowCount(),
        table.columnCount(),
        String.join(", ", facts));
  }

  @Override
  public String toString() {
    return summary()
        + columns.stream().map(column -> "\n  " + column).collect(Collectors.joining())
        + notes.stream().map(note -> "\nnote   " + note).collect(Collectors.joining());
  }
}
