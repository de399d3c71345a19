import static org.unroll.callbacks.Callbacks.earlyStopping;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.mae;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.unroll.Sequential;
import org.unroll.plots.PlotFigure;
import org.unroll.timeseries.Baseline;
import org.unroll.timeseries.TimeSeries;
import org.unroll.timeseries.TimeTable;
import org.unroll.timeseries.Windows;
import tech.tablesaw.api.Table;

/** Trains a model that predicts the power of the next 24 hours from the last two days. */
public class Train {
  public static void main(String[] arguments) throws IOException {
    Table power = TimeTable.read("power.csv").table();
    TimeSeries series = TimeSeries.of(power).target("power").normalizedOn(0, 900);
    Windows windows = series.windows().lookback(48).horizon(1).targetSteps(24);
    Windows train = windows.range(0, 900).shuffled(42);
    Windows validation = windows.range(900, 1_120);
    Windows test = windows.range(1_120);
    System.out.println(train.describe());

    Sequential model = Sequential.of(input(48, 2), gru(24), dense(24));
    model.compile(adam().learningRate(0.005), mae());
    var history =
        model.fit(
            train, epochs(8).validation(validation).callbacks(earlyStopping("val_loss", 3)));

    double error = series.denormalizeError(model.evaluate(test).get("mae"));
    double baseline = series.denormalizeError(Baseline.lastValue().mae(test));
    System.out.printf("Error on the test data: %.1f kW, last value: %.1f kW%n", error, baseline);

    Path folder = Files.createDirectories(Path.of("target", "model"));
    model.save(folder.resolve("power.keras"));
    series.scaling().write().csv(folder.resolve("scaling.csv").toFile());
    PlotFigure.save(history.plot(), folder.resolve("history.svg"));
  }
}
