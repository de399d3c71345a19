package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDateTime;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unroll.notebook.kernel.MimeBundle;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.FloatColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

class TableViewTest {

  private static String html(Table table) {
    return TableView.of(table).data().get(MimeBundle.HTML);
  }

  private static long count(String part, String text) {
    return Pattern.compile(Pattern.quote(part)).matcher(text).results().count();
  }

  @Test
  void showsSizeAndFirstRowsOfLongTable() {
    Table table = Table.create("t", IntColumn.create("n", IntStream.range(0, 420_551).toArray()));

    MimeBundle view = TableView.of(table);

    String html = view.data().get(MimeBundle.HTML);
    assertTrue(html.contains("t: 420,551 rows × 1 column, the first 10"), html);
    assertEquals(11, count("<tr>", html), "the heading and ten rows");
    assertTrue(view.text().endsWith("(420,541 more rows)"), view.text());
  }

  @Test
  void showsShortTableCompletely() {
    String html = html(Table.create("t", IntColumn.create("n", IntStream.range(0, 20).toArray())));

    assertEquals(21, count("<tr>", html));
    assertFalse(html.contains("the first"), html);
  }

  @Test
  void showsColumnTypesAndFormatsCells() {
    String html =
        html(
            Table.create(
                "",
                DateTimeColumn.create("time", LocalDateTime.of(2020, 1, 3, 0, 10)),
                DoubleColumn.create("x", 0.1 + 0.2),
                DoubleColumn.create("missing", Double.NaN),
                StringColumn.create("<name> & \"co\"", "<b>")));

    assertTrue(html.contains(">2020-01-03 00:10</td>"), html);
    assertTrue(html.contains(">0.3</td>"), html);
    assertTrue(html.contains("text-align:right\"></td>"), html);
    assertTrue(html.contains("&lt;name&gt; &amp; &quot;co&quot;"), html);
    assertTrue(html.contains("&lt;b&gt;</td>"), html);
    assertEquals(2, count(">double</small>", html));
    assertEquals(1, count(">local date time</small>", html));
  }

  private static List<String> cells(double... values) {
    return RoundedColumn.cells(DoubleColumn.create("x", values), values.length);
  }

  @Test
  void showsMeasuredValuesAsTheyAre() {
    assertEquals(List.of("996.52", "-8.02", "1307.75"), cells(996.52, -8.02, 1307.75));
    assertEquals(List.of("0.001", "0.01", "0.1"), cells(0.001, 0.01, 0.1));
    assertEquals(List.of("0", "2"), cells(0, 2));
    assertEquals(
        List.of("0.1", "2.5"), RoundedColumn.cells(FloatColumn.create("x", 0.1f, 2.5f), 2));
  }

  @Test
  void roundsComputedValuesByColumn() {
    assertEquals(List.of("0.333", "1.250", "6.667"), cells(1 / 3.0, 1.25, 20 / 3.0));
    assertEquals(List.of("0.6667", "0.0900"), cells(2 / 3.0, 0.09));
    assertEquals(List.of("66.67", "-3.33", "0.00"), cells(200 / 3.0, -10 / 3.0, 0));
    assertEquals(List.of("33333", "12"), cells(1e5 / 3, 12));
    assertEquals(
        List.of("0.333", "2.500"), RoundedColumn.cells(FloatColumn.create("x", 1 / 3f, 2.5f), 2));
  }

  @Test
  void roundsEachValueIfTheColumnSpansManyMagnitudes() {
    assertEquals(List.of("1.333", "0.0006667", "6.667E-21"), cells(4 / 3.0, 2 / 3e3, 2 / 3e20));
    assertEquals(List.of("1.333E+12", "12"), cells(4e12 / 3, 12));
    assertEquals(List.of("0.00001333", "0.00002"), cells(4e-5 / 3, 2e-5));
  }

  @Test
  void keepsMissingAndInfiniteValues() {
    assertEquals(
        List.of("", "∞", "0.3333"), cells(Double.NaN, Double.POSITIVE_INFINITY, 1 / 3.0));
    assertEquals(List.of("", "-∞"), cells(Double.NaN, Double.NEGATIVE_INFINITY));
  }

  @Test
  void keepsTheFormatThatTheUserHasSet() {
    DoubleColumn column = DoubleColumn.create("x", 1 / 3.0, 0.5);
    column.setPrintFormatter(NumberColumnFormatter.percent(2));

    assertEquals(List.of("33.33%", "50.00%"), RoundedColumn.cells(column, 2));
  }

  @Test
  void roundingLeavesTheTableAndItsTextAlone() {
    Table table = Table.create("t", DoubleColumn.create("x", 1 / 3.0));

    MimeBundle view = TableView.of(table);

    assertTrue(view.data().get(MimeBundle.HTML).contains(">0.3333</td>"));
    assertTrue(view.text().contains("0.3333333333333333"), view.text());
    assertEquals(1 / 3.0, table.doubleColumn("x").getDouble(0));
  }
}
