package org.unroll.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.Ridge;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.Table;

class JenaClimateTest {
  static final String HEADER =
      "\"Date Time\",\"p (mbar)\",\"T (degC)\",\"Tpot (K)\",\"Tdew (degC)\",\"rh (%)\",\"VPmax"
          + " (mbar)\",\"VPact (mbar)\",\"VPdef (mbar)\",\"sh (g/kg)\",\"H2OC (mmol/mol)\",\"rho"
          + " (g/m**3)\",\"wv (m/s)\",\"max. wv (m/s)\",\"wd (deg)\"";

  /** The first row of the real file of 2009 to 2016. */
  static final String FIRST =
      "01.01.2009 00:10:00,996.52,-8.02,265.40,-8.90,93.30,3.33,3.11,0.22,1.94,3.12,1307.75,1.03,"
          + "1.75,152.30";

  private static final String SECOND = FIRST.replace("00:10:00", "00:20:00");

  @TempDir Path folder;

  private Path file(String... lines) throws IOException {
    return bytes(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
  }

  private Path bytes(byte[] content) throws IOException {
    return Files.write(folder.resolve("jena.csv"), content);
  }

  // Reading files.

  @Test
  void readsTheFileOf2009() throws IOException {
    for (String end : List.of("\n", "\r\n")) {
      for (String last : List.of("", end)) {
        String text = HEADER + end + FIRST + end + SECOND + last;
        Table table = JenaClimate.load(bytes(text.getBytes(StandardCharsets.UTF_8)));
        assertEquals(15, table.columnCount());
        assertEquals(2, table.rowCount());
        assertEquals(LocalDateTime.of(2009, 1, 1, 0, 20), table.dateTimeColumn("Date Time").get(1));
        assertEquals(-8.02, table.doubleColumn("T (degC)").getDouble(0));
        assertEquals(152.3, table.doubleColumn("wd (deg)").getDouble(1));
        assertEquals(Arrays.asList(JenaClimate.columns()), table.columnNames().subList(1, 15));
      }
    }
  }

  @Test
  void losesNoRowWhereverTheHeaderEnds() throws IOException {
    Path returns = file(String.join("\r", HEADER, FIRST, SECOND, ""));
    assertEquals(2, JenaClimate.load(returns).rowCount());
    Path mixed = file(HEADER + "\r" + FIRST, SECOND, "");
    assertMessageContains("it has 29 values", () -> JenaClimate.load(mixed));
    Table table = JenaClimate.load(file(HEADER + ",\"a", "b\"", FIRST + ",1", SECOND + ",2", ""));
    assertEquals(2, table.rowCount());
    assertEquals("a\nb", table.column(15).name());
  }

  @Test
  void readsManyRowsInParallelAsJavaParsesThem() throws IOException {
    var random = new Random(1);
    List<String> lines = new ArrayList<>(List.of(HEADER));
    List<String> numbers = new ArrayList<>();
    LocalDateTime start = LocalDateTime.of(2011, 12, 31, 23, 50);
    for (int row = 0; row < 500; row++) {
      long digits = random.nextLong(1_000_000_000_000_000L) >> random.nextInt(40);
      String number = BigDecimal.valueOf(digits, random.nextInt(9)).toPlainString();
      numbers.add(random.nextBoolean() ? number : "-" + number);
      String time =
          start.plusMinutes(10L * row).format(DateTimeFormatter.ofPattern("dd.MM.yyyy HH:mm:ss"));
      lines.add(
          FIRST
              .replace("01.01.2009 00:10:00", time)
              .replace(",-8.02,", "," + numbers.get(row) + ","));
    }
    // Quotes, spaces, or the 16 digits of the last number, need the general reader.
    String sixteen = "0.1234567890123456";
    for (String last : List.of(numbers.get(499), "\"" + numbers.get(499) + "\"", " 1", sixteen)) {
      List<String> changed = new ArrayList<>(lines);
      changed.set(500, lines.get(500).replace("," + numbers.get(499) + ",", "," + last + ","));
      Table table = JenaClimate.load(file(changed.toArray(String[]::new)));
      assertEquals(500, table.rowCount());
      for (int row = 0; row < 500; row++) {
        assertEquals(start.plusMinutes(10L * row), table.dateTimeColumn(0).get(row));
        String number = row < 499 ? numbers.get(row) : last.replace("\"", "");
        assertEquals(Double.parseDouble(number), table.doubleColumn(2).getDouble(row));
        assertEquals(152.3, table.doubleColumn(14).getDouble(row));
      }
    }
  }

  @Test
  void rowsWithRepeatedTimesHaveNoTime() throws IOException {
    for (String last : List.of("152.30", "\"152.30\"")) {
      Table table = JenaClimate.load(file(HEADER, SECOND, FIRST, SECOND.replace("152.30", last)));
      assertEquals(3, table.rowCount());
      assertEquals(2, table.column(0).countMissing());
      assertEquals(LocalDateTime.of(2009, 1, 1, 0, 20), table.dateTimeColumn(0).get(0));
    }
  }

  @Test
  void readsAFileOfALaterYear() throws IOException {
    String header =
        HEADER.replace("\"", "").replace("Date Time", "date") + ",rain (mm),SWDR (W/m²),OT";
    String row =
        "2020-02-20 07:40:00,993.38,3.07,276.75,-0.08,79.7,7.62,6.07,1.55,3.81,6.11,1249.89,";
    String text = header + "\r\n" + row + "-9999.0,0.0,0.0,0.0,8.85,-9999.0\r\n";
    List<byte[]> encodings =
        List.of(
            text.getBytes(StandardCharsets.UTF_8),
            ("\uFEFF" + text).getBytes(StandardCharsets.UTF_8),
            text.getBytes(StandardCharsets.ISO_8859_1),
            text.replace("²", "\uFFFD").getBytes(StandardCharsets.UTF_8));
    for (byte[] encoding : encodings) {
      Table table = JenaClimate.load(bytes(encoding));
      assertEquals(List.of("rain (mm)", "SWDR (W/m²)", "OT"), table.columnNames().subList(15, 18));
      assertEquals(LocalDateTime.of(2020, 2, 20, 7, 40), table.dateTimeColumn("Date Time").get(0));
      assertTrue(table.doubleColumn("wv (m/s)").isMissing(0));
      assertTrue(table.doubleColumn("OT").isMissing(0));
      assertEquals(0, table.doubleColumn("max. wv (m/s)").getDouble(0));
    }
  }

  @Test
  void reportsAnInvalidRowWithLineAndText() throws IOException {
    Path text = file(HEADER, FIRST, SECOND.replace("-8.02", "cold"), FIRST);
    assertMessageContains(
        "Line 3 of " + text + " could not be read: 'cold' in column 'T (degC)' is not a number.",
        () -> JenaClimate.load(text));
    assertMessageContains(
        "The line is: 01.01.2009 00:20:00,996.52,cold,265.40", () -> JenaClimate.load(text));
    Path empty = file(HEADER, FIRST, SECOND.replace("-8.02", ""), FIRST);
    assertMessageContains(
        "Line 3 of " + empty + " could not be read: '' in column 'T (degC)'",
        () -> JenaClimate.load(empty));
    Path nan = file(HEADER, FIRST.replace("-8.02", "NaN"));
    assertMessageContains(
        "'NaN' in column 'T (degC)' is not a number", () -> JenaClimate.load(nan));
    Path time = file(HEADER, FIRST, SECOND.replace("01.01.", "31.02."), FIRST);
    assertMessageContains(
        "Line 3 of " + time + " could not be read: '31.02.2009 00:20:00' is not a time like",
        () -> JenaClimate.load(time));
    Path longer = file(HEADER, FIRST + ",1", FIRST);
    assertMessageContains(
        "Line 2 of "
            + longer
            + " could not be read: it has 16 values, but the header has 15 columns.",
        () -> JenaClimate.load(longer));
  }

  @Test
  void reportsATruncatedFileWithItsLine() throws IOException {
    String whole = HEADER + "\n" + FIRST + "\n" + SECOND;
    for (int cut : new int[] {5, 20, 60, SECOND.length() - 3}) {
      String text = whole.substring(0, whole.length() - cut);
      Path file = bytes(text.getBytes(StandardCharsets.UTF_8));
      assertMessageContains(
          "Line 3, the last one, of " + file + " could not be read", () -> JenaClimate.load(file));
      assertMessageContains("Check whether the file is truncated.", () -> JenaClimate.load(file));
    }
  }

  @Test
  void reportsAFileTruncatedInItsLastNumber() throws IOException {
    Path file = file(HEADER, FIRST, SECOND.substring(0, SECOND.length() - 1));
    assertMessageContains(
        "Line 3, the last one, of "
            + file
            + " could not be read: it has no line ending, and '152.3' has fewer decimals than"
            + " '152.30' in the row before. Add a line ending if the file is complete.",
        () -> JenaClimate.load(file));
    for (String last : List.of("\"152.3\"", " 152.3 ")) {
      Path other = file(HEADER, FIRST, "", SECOND.replace("152.30", last));
      assertMessageContains(
          "it has no line ending, and '152.3' has fewer decimals than '152.30' in the row before.",
          () -> JenaClimate.load(other));
    }
    for (String last : List.of("152.3", "\"152.3\"")) {
      Path whole = file(HEADER, FIRST, SECOND.replace("152.30", last), "");
      assertEquals(2, JenaClimate.load(whole).rowCount());
    }
  }

  @Test
  void rejectsAFileThatIsLargerThanAnArray() throws IOException {
    Path file = folder.resolve("large.csv");
    try (var channel =
        Files.newByteChannel(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      channel.position(2_199_999_999L).write(ByteBuffer.allocate(1));
    }
    assertMessageContains(
        "must have at most 2147483639 bytes, but has 2200000000. Split it",
        () -> JenaClimate.load(file));
  }

  @Test
  void rejectsOtherFiles() throws IOException {
    assertMessageContains(
        "must have a header and rows, but is empty.", () -> JenaClimate.load(bytes(new byte[0])));
    assertMessageContains(
        "must have rows, but has only a header.", () -> JenaClimate.load(file(HEADER, "")));
    assertMessageContains(
        "must have the header of the Jena weather station, in which column 1 is 'Date Time' or 'date',"
            + " but its column is '<html>'.",
        () -> JenaClimate.load(file("<html>")));
    assertMessageContains(
        "column 3 is 'T (degC)', but its column is 'Temperature'.",
        () -> JenaClimate.load(file(HEADER.replace("T (degC)", "Temperature"), FIRST)));
    assertMessageContains(
        "column 3 is 'T (degC)', but its column is 'nothing'.",
        () -> JenaClimate.load(file("date,p (mbar)")));
    var missing =
        assertThrows(
            UncheckedIOException.class, () -> JenaClimate.load(folder.resolve("none.csv")));
    assertTrue(missing.getMessage().contains("none.csv"), missing.getMessage());
  }

  // Tests with the real file of 2020, if it is available: -Dunroll.jena2020=… or ../shared/data.

  static Path jena2020() {
    String given = System.getProperty("unroll.jena2020");
    Path file = given != null ? Path.of(given) : Path.of("..", "shared", "data", "jena_2020.csv");
    boolean present = Files.exists(file);
    if (!present) {
      System.out.println("Skipped: no " + file + " (set -Dunroll.jena2020)");
    }
    Assumptions.assumeTrue(present);
    return file;
  }

  @Test
  void readsTheRealFileOf2020() {
    Table table = JenaClimate.load(jena2020());
    assertEquals(52_696, table.rowCount());
    assertEquals(22, table.columnCount());
    assertEquals(
        List.of(
            "rain (mm)",
            "raining (s)",
            "SWDR (W/m²)",
            "PAR (µmol/m²/s)",
            "max. PAR (µmol/m²/s)",
            "Tlog (degC)",
            "OT"),
        table.columnNames().subList(15, 22));
    assertEquals(1, table.doubleColumn("wv (m/s)").countMissing());
    assertTrue(table.doubleColumn("wv (m/s)").isMissing(7245));
    assertEquals(50, table.doubleColumn("OT").countMissing());
    assertEquals(30, table.doubleColumn("max. PAR (µmol/m²/s)").countMissing());
    DateTimeColumn times = table.dateTimeColumn("Date Time");
    assertEquals(LocalDateTime.of(2021, 1, 1, 0, 0), times.get(52_695));
    assertMessageContains(
        "A value is missing in column 'wv (m/s)', row 7245 (2020-02-20 07:40), in a gap of 1 row (1 of"
            + " the 52696 values of the column are missing).",
        () -> TimeSeries.of(table).columns(JenaClimate.columns()).target("T (degC)").windows());
  }

  /**
   * The station's humidity and density columns, computed from its p, T and rh, within their
   * rounding.
   */
  @Test
  void formulasReproduceTheColumnsOfTheStation() {
    Table table = JenaClimate.load(jena2020());
    double[][] c = new double[11][];
    for (int j = 0; j < 11; j++) {
      c[j] = table.doubleColumn(j + 1).asDoubleArray();
    }
    double[] worst = new double[11];
    for (int i = 0; i < c[0].length; i++) {
      double p = c[0][i];
      double celsius = c[1][i];
      double saturation = MoistAir.saturationPressure(celsius);
      double vapor = saturation * c[4][i] / 100;
      double[] ours = {
        p,
        celsius,
        MoistAir.potentialTemperature(celsius, p),
        MoistAir.dewPoint(vapor),
        c[4][i],
        saturation,
        vapor,
        saturation - vapor,
        MoistAir.specificHumidity(vapor, p),
        MoistAir.vaporConcentration(vapor, p),
        MoistAir.density(celsius, p, vapor)
      };
      for (int j = 0; j < 11; j++) {
        worst[j] = Math.max(worst[j], Math.abs(ours[j] - c[j][i]));
      }
    }
    // The station rounds humidity to 0.1 %, which changes vapor pressure by up to 0.03 mbar at 34
    // °C.
    double[] allowed = {0, 0, 0.025, 0.05, 0, 0.01, 0.03, 0.03, 0.03, 0.04, 0.15};
    for (int j = 0; j < 11; j++) {
      assertTrue(worst[j] <= allowed[j], table.column(j + 1).name() + ": " + worst[j]);
    }
  }

  // Synthetic weather.

  @Test
  void syntheticWeatherIsDeterministic() {
    Table first = JenaClimate.synthetic(300, 42);
    Table more = JenaClimate.synthetic(500, 42);
    Table other = JenaClimate.synthetic(300, 43);
    for (String name : JenaClimate.columns()) {
      double[] values = first.doubleColumn(name).asDoubleArray();
      assertArrayEquals(values, Arrays.copyOf(more.doubleColumn(name).asDoubleArray(), 300), name);
      assertTrue(!Arrays.equals(values, other.doubleColumn(name).asDoubleArray()), name);
    }
    assertEquals(LocalDateTime.of(2009, 1, 1, 0, 10), more.dateTimeColumn("Date Time").get(0));
    assertEquals(LocalDateTime.of(2009, 1, 4, 11, 20), more.dateTimeColumn("Date Time").get(499));
    assertMessageContains("rows must be at least 1, but was 0.", () -> JenaClimate.synthetic(0, 1));
  }

  /** The file in data/ is committed; every platform must generate the same numbers. */
  @Test
  void sampleFileEqualsTheSyntheticWeather() {
    Table sample = JenaClimate.load(Path.of("data", "jena_synthetic_sample.csv"));
    Table generated = JenaClimate.synthetic(4320, 42);
    assertEquals(generated.columnNames(), sample.columnNames());
    assertEquals(generated.dateTimeColumn(0).asList(), sample.dateTimeColumn(0).asList());
    for (String name : JenaClimate.columns()) {
      assertArrayEquals(
          generated.doubleColumn(name).asDoubleArray(),
          sample.doubleColumn(name).asDoubleArray(),
          name);
    }
  }

  /**
   * Means and standard deviations of the real columns (2009 to 2016: T 9.45 and 8.42 °C, p 989.2
   * and 8.4 mbar, rh 76.0 and 16.5 %, rho 1216 and 40 g/m³), and the relations between the columns.
   */
  @Test
  void syntheticWeatherHasTheStatisticsOfTheRealWeather() {
    Table table = JenaClimate.synthetic(4 * 52_560, 42);
    assertStatistics(table, "T (degC)", 9.45, 8.42, 0.6);
    assertStatistics(table, "p (mbar)", 989.2, 8.4, 0.6);
    assertStatistics(table, "rh (%)", 76.0, 16.5, 1.5);
    assertStatistics(table, "rho (g/m**3)", 1216, 40, 2);
    assertStatistics(table, "wv (m/s)", 2.1, 1.5, 0.4);
    assertEquals(0, table.doubleColumn("wv (m/s)").isLessThan(0).size());
    assertEquals(0, table.doubleColumn("rh (%)").isGreaterThan(100).size());
    assertEquals(0, table.doubleColumn("wd (deg)").isGreaterThan(360).size());
    double[] vapor = table.doubleColumn("VPact (mbar)").asDoubleArray();
    double[] saturation = table.doubleColumn("VPmax (mbar)").asDoubleArray();
    double[] deficit = table.doubleColumn("VPdef (mbar)").asDoubleArray();
    double[] dew = table.doubleColumn("Tdew (degC)").asDoubleArray();
    double[] celsius = table.doubleColumn("T (degC)").asDoubleArray();
    for (int i = 0; i < vapor.length; i++) {
      assertEquals(saturation[i] - vapor[i], deficit[i], 0.0101);
      assertTrue(dew[i] <= celsius[i] + 0.01);
      assertEquals(vapor[i], MoistAir.saturationPressure(dew[i]), 0.04);
    }
  }

  private static void assertStatistics(
      Table table, String column, double mean, double deviation, double tolerance) {
    assertEquals(mean, table.doubleColumn(column).mean(), tolerance, column);
    assertEquals(deviation, table.doubleColumn(column).standardDeviation(), tolerance, column);
  }

  /**
   * A forecast must be learnable: the error of the last value is that of the book, and a linear
   * forecast is better.
   */
  @Test
  void syntheticWeatherCanBeForecast() {
    TimeSeries series =
        TimeSeries.of(JenaClimate.synthetic(3 * 52_560, 42))
            .target("T (degC)")
            .normalizedOn(0, 100_000);
    Windows windows = series.windows().lookback(144).step(6).delay(144);
    Windows val = windows.range(100_000);
    double naive = series.denormalizeError(Baseline.lastValue().mae(val));
    double ridge = series.denormalizeError(Ridge.fit(windows.range(0, 100_000), 1).mae(val));
    assertEquals(2.57, naive, 0.5);
    assertTrue(ridge < 0.92 * naive, ridge + " against " + naive);
    assertTrue(ridge > 0.5 * naive, ridge + " against " + naive);
  }
}
