package org.unroll.plots.drawing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TicksTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0; 10; 5; 0 2 4 6 8 10",
        "-0.02; 0.52; 2; 0 0.5",
        "0.87; 3.13; 2; 1 2 3", // not only 2
        "43; 157; 2; 50 100 150", // not only 100
        "2.1; 2.9; 1; 2.2 2.4 2.6 2.8",
        "7; 7; 3; ''"
      })
  void returnsAtLeastTwoRoundTicks(double low, double high, int most, String expected) {
    List<String> labels = Ticks.linear(low, high, most).stream().map(Ticks.Tick::label).toList();

    assertEquals(expected, String.join(" ", labels));
  }
}
