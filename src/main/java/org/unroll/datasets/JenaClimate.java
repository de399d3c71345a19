package org.unroll.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.stream.IntStream;
import org.unroll.internal.Failures;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * The weather in Jena, measured every 10 minutes by the Max Planck Institute for Biogeochemistry,
 * and a synthetic version. Chollet's book and Keras's examples predict the temperature from this
 * table.
 *
 * <p>Every table has the column {@code Date Time} followed by the 14 columns of {@link #columns()};
 * files of later years have additional columns after them. The station's −9999 becomes a missing
 * value.
 *
 * <p>The station's files repeat some rows. These rows are kept, so that row numbers are those of
 * the book, but a row has no time if its time is not after all earlier times. {@code
 * table.where(table.column("Date Time").isNotMissing())} leaves them out.
 *
 * <pre>{@code
 * Table jenaWeek = JenaClimate.synthetic(1008, 42);
 * var temperatureWeek = TimeSeries.of(jenaWeek).target("T (degC)");
 * }</pre>
 */
public final class JenaClimate {
  private static final String[] COLUMNS = {
    "p (mbar)",
    "T (degC)",
    "Tpot (K)",
    "Tdew (degC)",
    "rh (%)",
    "VPmax (mbar)",
    "VPact (mbar)",
    "VPdef (mbar)",
    "sh (g/kg)",
    "H2OC (mmol/mol)",
    "rho (g/m**3)",
    "wv (m/s)",
    "max. wv (m/s)",
    "wd (deg)"
  };

  private JenaClimate() {}

  /** Returns the names of the 14 numeric columns, from {@code p (mbar)} to {@code wd (deg)}. */
  public static String[] columns() {
    return COLUMNS.clone();
  }

  /**
   * Loads the years 2009 to 2016, {@code jena_climate_2009_2016.csv}: 420,551 rows. The file that
   * {@link #find()} finds is used. Otherwise the zip archive of Keras's examples is downloaded,
   * unpacked, verified and kept in the cache folder, together with its SHA-256, which is verified
   * at every load. The cache folder is the system property {@code unroll.cache}, by default {@code
   * .unroll} in the user's home.
   *
   * @throws UncheckedIOException if the file is not found and cannot be downloaded; the message
   *     contains its address and the folders to which it can be copied
   * @throws IllegalArgumentException if the file has the wrong content
   */
  public static Table load() {
    return JenaArchive.KERAS.load(Path.of(""), DataFolders.cache());
  }

  /**
   * Loads a file of the station: that of 2009 to 2016, one of another year (times as {@code
   * 31.12.2016 23:50:00} or {@code 2016-12-31 23:50:00}), or a zip archive that contains one.
   *
   * @throws UncheckedIOException if it cannot be read
   * @throws IllegalArgumentException if it has another format, or a row is invalid or truncated;
   *     the message contains the line number and the text
   */
  public static Table load(Path file) {
    try {
      return JenaArchive.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The file " + file + " could not be read: " + Failures.reason(e), e);
    }
  }

  /**
   * Returns the path of {@code jena_climate_2009_2016.csv} or of its zip archive {@code
   * jena_climate_2009_2016.csv.zip} in {@code data/} of the working directory or of its parents, or
   * in the cache folder. Nothing is downloaded.
   */
  public static Optional<Path> find() {
    return JenaArchive.KERAS.find(Path.of(""), DataFolders.cache());
  }

  /**
   * Generates synthetic weather that resembles Jena's, starting at 00:10 on January 1, 2009. It has
   * seasons, days, highs and lows with their fronts, and clouds that reduce the daily range. The
   * humidity and density columns are computed from pressure, temperature and relative humidity by
   * the station's own formulas. Tomorrow's temperature is about as predictable as in the real data:
   * the mean absolute error of the last value is 2.6 °C, and that of a linear forecast 2.2 °C.
   *
   * @param rows at least 1; the real file has 420,551 rows. A shorter table is the beginning of a
   *     longer one.
   * @param seed the same seed generates the same table on every machine and JDK
   * @throws IllegalArgumentException if {@code rows} is below 1
   */
  public static Table synthetic(int rows, long seed) {
    if (rows < 1) {
      throw new IllegalArgumentException("rows must be at least 1, but was " + rows + ".");
    }
    double[][] columns = JenaSynthesis.columns(rows, seed);
    var start = LocalDateTime.of(2009, 1, 1, 0, 10);
    var times = IntStream.range(0, rows).mapToObj(row -> start.plusMinutes(10L * row));
    Table table = Table.create("Jena, synthetic", DateTimeColumn.create("Date Time", times));
    for (int j = 0; j < COLUMNS.length; j++) {
      table.addColumns(DoubleColumn.create(COLUMNS[j], columns[j]));
    }
    return table;
  }
}
