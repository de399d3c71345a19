package org.unroll.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Optional;
import java.util.stream.IntStream;
import tech.tablesaw.api.DateTimeColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * The weather at Jena, every 10 minutes: the table that Chollet's book and Keras's examples
 * forecast the temperature with, measured by the Max Planck Institute for Biogeochemistry; or one
 * made up like it.
 *
 * <p>Every table has the column {@code Date Time} and then the 14 of {@link #columns()}; files of
 * later years have more behind them. The station's −9999 becomes a missing value.
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

  /** The names of the 14 columns of numbers, from {@code p (mbar)} to {@code wd (deg)}. */
  public static String[] columns() {
    return COLUMNS.clone();
  }

  /**
   * The years 2009 to 2016, {@code jena_climate_2009_2016.csv}: 420,551 rows. The file is the one
   * that {@link #find()} finds; otherwise the zip that Keras's examples use is downloaded, unpacked
   * and checked, and kept in the cache folder with its SHA-256, by which it is checked again every
   * time. The cache folder is the system property {@code unroll.cache}, by default {@code .unroll}
   * in the user's home.
   *
   * @throws UncheckedIOException if the file is neither there nor can be downloaded; the message
   *     says where to get it and where to put it
   * @throws IllegalArgumentException if the file found is not the one it is named after
   */
  public static Table load() {
    return JenaArchive.KERAS.load(Path.of(""), DataFolders.cache());
  }

  /**
   * A file of the station: that of 2009 to 2016, or one of another year (times as {@code 31.12.2016
   * 23:50:00} or {@code 2016-12-31 23:50:00}), or a zip that holds one.
   *
   * @throws UncheckedIOException if it cannot be read
   * @throws IllegalArgumentException if it is not such a file, or a row is bad or cut off; the
   *     message gives line number and text
   */
  public static Table load(Path file) {
    try {
      return JenaArchive.read(file);
    } catch (IOException e) {
      throw new UncheckedIOException("The file " + file + " cannot be read: " + e, e);
    }
  }

  /**
   * Where {@code jena_climate_2009_2016.csv} (or its zip, {@code jena_climate_2009_2016.csv.zip})
   * lies: in {@code data/} of the working directory or of a folder above it, or in the cache
   * folder. Nothing is downloaded.
   */
  public static Optional<Path> find() {
    return JenaArchive.KERAS.find(Path.of(""), DataFolders.cache());
  }

  /**
   * Made-up weather that behaves like Jena's, from 1 January 2009, 00:10 on: seasons, days, highs
   * and lows with their fronts, clouds that damp the daily range. The columns of air follow from
   * pressure, temperature and humidity by the station's own formulas. How far the temperature of
   * tomorrow can be told from today's weather is much as in the real data: the last value misses it
   * by 2.6 °C on average, a linear forecast by 2.2.
   *
   * @param rows at least 1; 420,551 for as many as the real file has. Fewer rows are the beginning
   *     of more.
   * @param seed the same seed makes the same table, on every machine and JDK
   */
  public static Table synthetic(int rows, long seed) {
    if (rows < 1) {
      throw new IllegalArgumentException("A table has at least 1 row. Received: rows=" + rows);
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
