package org.unroll.callbacks;

import java.io.PrintStream;
import java.util.Map;

/**
 * Stops training after the first batch whose loss is infinite or NaN, and prints a line with the
 * number of the batch. Without this callback {@code fit} throws an exception.
 */
public final class TerminateOnNaN extends Callback {
  private final PrintStream out;

  TerminateOnNaN(PrintStream out) {
    this.out = out;
  }

  @Override
  public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
    Double loss = logs.get("loss");
    if (loss != null && !Double.isFinite(loss)) {
      out.println("Batch " + batch + ": the loss is " + loss + ", training stops.");
      training.stop();
    }
  }
}
