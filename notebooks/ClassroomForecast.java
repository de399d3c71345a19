import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.unroll.Sequential;
import org.unroll.timeseries.*;
import tech.tablesaw.api.*;
import tech.tablesaw.io.csv.CsvReadOptions;

public class ClassroomForecast {
  public static void main(String[] arguments) {
    Path model = Path.of(arguments[0]);
    Table scaling = Table.read().csv(arguments[1]);
    Table measured = read(arguments[2]);

    Table regular = Resampler.of(measured).every(Duration.ofMinutes(30)).table();
    Windows windows = TimeSeries.of(Cycle.addTo(regular, Cycle.DAY, Cycle.WEEK))
        .target("CO2 (ppm)", "T (degC)")
        .forwardFilled(4)
        .skippingGaps()
        .normalizedBy(scaling)
        .windows().lookback(48).horizon(1).targetSteps(12);
    double[] answer = Sequential.load(model).predictOne(windows.lastInput());
    for (Row row : windows.forecast(answer)) {
      System.out.println(row.getDateTime("time")
          + "  " + Math.round(row.getDouble("CO2 (ppm)")) + " ppm"
          + "  " + Math.round(10 * row.getDouble("T (degC)")) / 10.0 + " °C");
    }
  }

  private static Table read(String file) {
    Table table = Table.read().usingOptions(CsvReadOptions.builder(file)
        .separator(';')
        .dateTimeFormat(DateTimeFormatter.ofPattern("dd.MM.yyyy HH:mm"))
        .missingValueIndicator("", "-999")
        .columnTypesPartial(Map.of(
            "T (degC)", ColumnType.STRING, "T outside (degC)", ColumnType.STRING)));
    for (String name : List.of("T (degC)", "T outside (degC)")) {
      table.replaceColumn(
          name, table.stringColumn(name).replaceAll(",", ".").parseDouble().setName(name));
    }
    DoubleColumn inside = table.doubleColumn("T (degC)");
    inside.set(inside.isEqualTo(85), Double.NaN);
    return table.dropDuplicateRows();
  }
}
