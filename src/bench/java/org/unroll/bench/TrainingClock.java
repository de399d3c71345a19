package org.unroll.bench;

import java.util.Map;
import org.unroll.Model;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.training.FitOptions;

/** Reports each training step of a {@code fit} to a stopwatch and stops training after the measurement. */
final class TrainingClock extends Callback {
  private final Stopwatch stopwatch;

  private TrainingClock(Stopwatch stopwatch) {
    this.stopwatch = stopwatch;
  }

  /** Trains a compiled model until the stopwatch has enough steps. */
  static void time(Stopwatch stopwatch, Model model, Dataset data, int threads) {
    model.fit(
        data,
        FitOptions.epochs(1)
            .stepsPerEpoch(Integer.MAX_VALUE)
            .threads(threads)
            .verbose(0)
            .callbacks(new TrainingClock(stopwatch)));
  }

  @Override
  public void onEpochBegin(TrainingContext training, int epoch) {
    stopwatch.start();
  }

  @Override
  public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
    if (!stopwatch.stepsEnded()) {
      training.stop();
    }
  }
}
