package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ColumnGuessTest {
  /** Cells that end with a digit are not looked up. */
  @Test
  void everySignIsFoundAndNoneEndsWithADigit() {
    for (String sign : ColumnGuess.SIGNS) {
      assertFalse(Character.isDigit(sign.charAt(sign.length() - 1)), sign);
      var guess = new ColumnGuess("x", Set.of("-9999"));
      guess.add(sign, 2);
      guess.add("-9999", 3);
      guess.add("7", 4);
      assertEquals(Map.of(sign, 1, "-9999", 1), guess.signs);
      assertTrue(guess.isSign(sign), sign);
      assertTrue(guess.isSign("-9999"));
      assertFalse(guess.isSign("7"));
    }
  }
}
