package org.unroll.timeseries;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NumberTextTest {
  @Test
  void parsesNumbersOfAnyLengthAsJavaDoes() {
    var random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      long digits = random.nextLong() >> random.nextInt(63);
      String text = BigDecimal.valueOf(digits, random.nextInt(19)).toPlainString();
      assertEquals(Double.parseDouble(text), NumberText.parse(text, '.'), text);
      assertEquals(Double.parseDouble(text), NumberText.parse(text.replace('.', ','), ','), text);
    }
    for (String text : new String[] {"5.", ".5", "-.25", "-0", "1e3", "-1.5E-2", "+7"}) {
      assertEquals(Double.parseDouble(text), NumberText.parse(text, '.'), text);
    }
    assertEquals(1234.5, NumberText.parse("1.234,5", ','));
    assertEquals(-1234567.25, NumberText.parse("\u22121 234 567.25", '.'));
  }
}
