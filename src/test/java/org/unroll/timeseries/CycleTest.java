package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.time.LocalDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

class CycleTest {
  private static Table at(LocalDateTime... times) {
    return Table.create("t", DateTimeColumn.create("time", times));
  }

  private static void assertPoint(Table table, int row, String cycle, double sin, double cos) {
    assertEquals(sin, table.doubleColumn(cycle + " sin").get(row), 1e-12);
    assertEquals(cos, table.doubleColumn(cycle + " cos").get(row), 1e-12);
  }

  /**
   * Computed by hand: 2026-03-02 is a Monday, half a week later is Thursday noon, and 2024 has 366
   * days.
   */
  @Test
  void encodesTimesAsSineAndCosine() {
    Table table =
        Cycle.addTo(
            at(
                LocalDateTime.of(2026, 3, 2, 0, 0),
                LocalDateTime.of(2026, 3, 2, 6, 0),
                LocalDateTime.of(2026, 3, 5, 12, 0),
                LocalDateTime.of(2024, 7, 2, 0, 0),
                LocalDateTime.of(2023, 7, 2, 12, 0),
                LocalDateTime.of(2023, 1, 1, 20, 0)),
            Cycle.DAY,
            Cycle.WEEK,
            Cycle.YEAR);
    assertEquals(
        List.of("time", "day sin", "day cos", "week sin", "week cos", "year sin", "year cos"),
        table.columnNames());
    assertPoint(table, 0, "day", 0, 1);
    assertPoint(table, 1, "day", 1, 0);
    assertPoint(table, 2, "day", 0, -1);
    assertPoint(table, 5, "day", -Math.sqrt(3) / 2, 0.5);
    assertPoint(table, 0, "week", 0, 1);
    assertPoint(table, 2, "week", 0, -1);
    assertPoint(table, 3, "year", 0, -1);
    assertPoint(table, 4, "year", 0, -1);
  }

  @Test
  void copiesTheTableAndRejectsExistingColumns() {
    Table table = at(LocalDateTime.of(2026, 3, 2, 0, 0));
    Table extended = Cycle.addTo(table, Cycle.DAY);
    assertEquals(1, table.columnCount());
    assertMessageContains(
        "The table must not already have a column 'day sin', but its columns are [time, day sin, day cos,"
            + " week sin, week cos].",
        () -> Cycle.addTo(extended, Cycle.WEEK, Cycle.DAY));
    Table withoutTimes = Table.create("t", DoubleColumn.create("x", 1));
    assertMessageContains(
        "The table must have a column of times, dates or instants, but its columns are: 'x' of type"
            + " DOUBLE.",
        () -> Cycle.addTo(withoutTimes, Cycle.DAY));
  }
}
