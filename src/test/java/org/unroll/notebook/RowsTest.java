package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.notebook.kernel.MimeBundle;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;

class RowsTest {

  private static String message(Rows rows, Object... values) {
    return assertThrows(IllegalArgumentException.class, () -> rows.add(values)).getMessage();
  }

  @Test
  void givesEveryColumnTheTypeOfItsValues() {
    LocalDate day = LocalDate.of(2014, 1, 2);
    Table table =
        Rows.of("s", "b", "i", "l", "d", "day", "time", "both", "enum")
            .add("x", true, 1, 2L, 0.5, day, LocalTime.NOON, day.atTime(3, 0), DayOfWeek.FRIDAY)
            .table("t");

    assertEquals("t", table.name());
    assertEquals(
        List.of(
            ColumnType.STRING,
            ColumnType.BOOLEAN,
            ColumnType.INTEGER,
            ColumnType.LONG,
            ColumnType.DOUBLE,
            ColumnType.LOCAL_DATE,
            ColumnType.LOCAL_TIME,
            ColumnType.LOCAL_DATE_TIME,
            ColumnType.STRING),
        List.of(table.typeArray()));
    assertEquals("x", table.getString(0, "s"));
    assertEquals(true, table.booleanColumn("b").get(0));
    assertEquals(2L, table.longColumn("l").get(0));
    assertEquals(LocalDateTime.of(2014, 1, 2, 3, 0), table.dateTimeColumn("both").get(0));
    assertEquals(LocalTime.NOON, table.timeColumn("time").get(0));
    assertEquals("FRIDAY", table.getString(0, "enum"));
  }

  @Test
  void widensNumbersInAnyOrder() {
    Table table =
        Rows.of("a", "b", "c").add(1, 2.5, 7).add(0.25f, 3, 8L).add((short) 4, 5L, 9).table("");

    assertArrayEquals(new double[] {1, 0.25, 4}, table.doubleColumn("a").asDoubleArray());
    assertArrayEquals(new double[] {2.5, 3, 5}, table.doubleColumn("b").asDoubleArray());
    assertArrayEquals(new long[] {7, 8, 9}, table.longColumn("c").asLongArray());
  }

  @Test
  void storesNullAndNanAsMissing() {
    Table table =
        Rows.of("name", "x", "yes").add(null, null, null).add("a", Double.NaN, false).table("");

    assertEquals(1, table.stringColumn("name").countMissing());
    assertEquals(2, table.doubleColumn("x").countMissing());
    assertEquals(1, table.booleanColumn("yes").countMissing());
    assertTrue(Rows.of("x").add((Object[]) null).add(1).table("").column("x").isMissing(0));
  }

  @Test
  void laterRowsDoNotChangeTheTable() {
    Rows rows = Rows.of("x").add(1);
    Table before = rows.table("before");
    rows.add(2.5);

    assertEquals(1, before.rowCount());
    assertEquals(ColumnType.INTEGER, before.column(0).type());
    assertEquals(ColumnType.DOUBLE, rows.table("after").column(0).type());
  }

  @Test
  void rejectsWrongNumberOfValues() {
    assertEquals(
        "Row 2 must have 2 values, one for each of the columns [layer, MAE], but has 3: [GRU, 1.5,"
            + " 4].",
        message(Rows.of("layer", "MAE").add("LSTM", 2.0), "GRU", 1.5, 4));
  }

  @Test
  void rejectsAnotherTypeAndKeepsTheRowsBefore() {
    Rows rows = Rows.of("layer", "MAE").add("LSTM", 2.0);

    assertEquals(
        "All values of the column 'MAE' must have one type. It is double in the rows above, but row"
            + " 2 is string: 2.10.",
        message(rows, "GRU", "2.10"));
    assertEquals(1, rows.table("").rowCount());
  }

  @Test
  void aRejectedRowDoesNotWidenItsColumns() {
    Rows rows = Rows.of("n", "name").add(1, "a");

    message(rows, 2.5, 7);

    assertEquals(ColumnType.INTEGER, rows.table("").column(0).type());
  }

  @Test
  void rejectsValuesThatNoColumnHolds() {
    String message = message(Rows.of("x"), List.of(1));

    assertTrue(message.contains("row 1, column 'x' is a List"), message);
    assertTrue(message.contains("String.valueOf"), message);
  }

  @Test
  void rejectsColumnsThatCannotMakeATable() {
    assertThrows(IllegalArgumentException.class, Rows::of);
    assertThrows(IllegalArgumentException.class, () -> Rows.of("a", "A"));
    String message =
        assertThrows(IllegalStateException.class, () -> Rows.of("a", "b").add(1, null).table("t"))
            .getMessage();
    assertEquals("Every column must contain a value, but 'b' has none in 1 rows.", message);
  }

  @Test
  void isRenderedAsATable() {
    MimeBundle view = Views.of(Rows.of("x").add(0.5));

    assertTrue(view.data().get(MimeBundle.HTML).contains(">0.5</td>"));
    assertEquals("No rows of [x]", Views.of(Rows.of("x")).text());
  }
}
