package org.unroll.callbacks;

import java.io.PrintStream;
import java.util.Map;

/**
 * Ends training after the first batch that makes the loss NaN or infinite, and says so in one line.
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
      out.println("Batch " + batch + ": the loss is " + loss + ", training ends.");
      training.stop();
    }
  }
}
