import java.nio.file.Path;
import org.unroll.Sequential;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.TimeTable;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.Table;

/** Loads the model of {@link Train} in another program and predicts the next 24 hours. */
public class Forecast {
  public static void main(String[] arguments) {
    Path folder = Path.of("target", "model");
    Sequential model = Sequential.load(folder.resolve("power.keras"));
    Table scaling = Table.read().csv(folder.resolve("scaling.csv").toFile());
    System.out.println(forecast(model, scaling, TimeTable.read("power.csv").table()));
  }

  /**
   * Returns the forecast of the 24 hours after the last row.
   *
   * @param scaling the means and standard deviations of the training data
   * @param measured at least the last 48 hours
   */
  static Table forecast(Sequential model, Table scaling, Table measured) {
    Windows latest =
        TimeSeries.of(measured)
            .target("power")
            .normalizedBy(scaling)
            .windows()
            .lookback(48)
            .horizon(1)
            .targetSteps(24);
    return latest.forecast(model.predictOne(latest.lastInput()));
  }
}
