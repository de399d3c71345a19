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

  /** By hand: 2026-03-02 is a Monday, half a week is Thursday noon, 2024 has 366 days. */
  @Test
  void pointsOfTheClock() {
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
  void theTableItselfStaysAndNoColumnComesTwice() {
    Table table = at(LocalDateTime.of(2026, 3, 2, 0, 0));
    Table extended = Cycle.addTo(table, Cycle.DAY);
    assertEquals(1, table.columnCount());
    assertMessageContains("'day sin' already", () -> Cycle.addTo(extended, Cycle.WEEK, Cycle.DAY));
    Table timeless = Table.create("t", DoubleColumn.create("x", 1));
    assertMessageContains("'x' of type DOUBLE", () -> Cycle.addTo(timeless, Cycle.DAY));
  }
}
