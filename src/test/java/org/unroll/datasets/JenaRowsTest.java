package org.unroll.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.datasets.JenaClimateTest.FIRST;
import static org.unroll.datasets.JenaClimateTest.HEADER;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class JenaRowsTest {
  private static JenaRows read(String text) {
    return JenaRows.read(text.getBytes(StandardCharsets.UTF_8), 14, 2);
  }

  @Test
  void anyNumberOfPartsGivesTheSameRows() throws IOException {
    Table generated = JenaClimate.synthetic(4320, 42);
    byte[] sample = Files.readAllBytes(Path.of("data", "jena_synthetic_sample.csv"));
    for (int parts = 1; parts <= 50; parts++) {
      JenaRows rows = JenaRows.read(sample, 14, parts);
      assertNotNull(rows);
      assertEquals(generated.dateTimeColumn(0).asList(), rows.times("Date Time").asList());
      for (int j = 0; j < 14; j++) {
        assertArrayEquals(generated.doubleColumn(j + 1).asDoubleArray(), rows.column(j));
      }
    }
    for (int parts = 1; parts <= 50; parts++) {
      JenaRows rows = read(HEADER + "\n" + FIRST);
      assertArrayEquals(new double[] {-8.02}, rows.column(1));
    }
  }

  @Test
  void regularFilesAreReadInParallel() {
    for (String text :
        List.of(
            HEADER + "\n" + FIRST + "\n",
            HEADER + "\r\n" + FIRST + "\r\n" + FIRST + "\r\n",
            HEADER.replace("\"", "") + "\n" + FIRST,
            HEADER + "\n" + FIRST.replace("01.01.2009", "29.02.2012"),
            HEADER + "\n" + FIRST.replace("01.01.2009", "2012-02-29"),
            HEADER + "\n" + FIRST.replace("996.52", "123456789.012345"))) {
      assertNotNull(read(text), text);
    }
  }

  @Test
  void otherFilesAreLeftToTheGeneralReader() {
    for (String text :
        List.of(
            "",
            HEADER,
            HEADER + "\n",
            HEADER + "\n" + FIRST.replace("996.52", "\"996.52\""),
            HEADER + "\n" + FIRST.replace("996.52", " 996.52"),
            HEADER + "\n" + FIRST.replace("996.52", "1234567890.123456"),
            HEADER + "\n" + FIRST.replace("996.52", "1e3"),
            HEADER + "\n" + FIRST.replace("996.52", ""),
            HEADER + "\n" + FIRST.replace("01.01.2009", "29.02.2011"),
            HEADER + "\n" + FIRST + ",1",
            HEADER + "\n" + FIRST + "\n\n" + FIRST,
            HEADER + "\n\n" + FIRST,
            HEADER + "\n" + FIRST + "\r",
            HEADER + "\n" + FIRST + "\r" + FIRST + "\n",
            HEADER + "\r" + FIRST + "\n" + FIRST + "\n",
            HEADER + ",\"a\n" + FIRST + "\n",
            HEADER + ",x\",\"a\n" + FIRST + "\n",
            HEADER + ",x\"y,\"a\n" + FIRST + "\n",
            HEADER + ",\"a\"b\"\n" + FIRST + "\n")) {
      assertNull(read(text), text);
    }
  }

  @Test
  void blankLinesNeedNoMemory() {
    byte[] text = (HEADER + "\n".repeat(1_000_000)).getBytes(StandardCharsets.UTF_8);
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    assertNull(JenaRows.read(text, 14, 2));
    long allocated = threads.getThreadAllocatedBytes(Thread.currentThread().getId()) - before;
    // Columns of a million rows would need 120 MB.
    assertTrue(allocated < 10_000_000, allocated + " bytes");
  }
}
