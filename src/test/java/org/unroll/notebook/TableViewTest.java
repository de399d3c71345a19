package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.LocalDateTime;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.unroll.notebook.kernel.MimeBundle;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

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
}
