package org.unroll.training;

import java.util.List;
import java.util.Locale;
import org.unroll.layers.core.Embedding;
import org.unroll.network.Gradient;
import org.unroll.network.Network;

/**
 * Thrown by {@code fit} and {@code trainOnBatch} when the loss of a batch is infinite or not a
 * number. The message names the batch and the weight with the largest gradient, and reports whether
 * the data is not finite or the features look unscaled. The weights of the model stay as they were
 * before this batch. With {@link org.unroll.callbacks.TerminateOnNaN} training ends without this
 * exception.
 */
public final class NonFiniteLossException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Standardized features rarely exceed 10; recurrent layers saturate far below 50. */
  private static final double LARGE_FEATURE = 50;

  private static final String SMALLER_STEPS =
      " Lower the learning rate or clip the gradients (clipnorm).";

  private NonFiniteLossException(String message) {
    super(message);
  }

  /**
   * Creates an exception for a batch of {@code fit}.
   *
   * @param stretches the current stretch of the batch, or null for a whole batch
   */
  static NonFiniteLossException at(
      int epoch, int batch, Stretches stretches, double loss, BatchRunner runner, Network network) {
    String where = " in epoch " + (epoch + 1) + ", batch " + (batch + 1);
    return of(
        stretches == null
            ? where
            : where + ", time steps " + stretches.from() + " to " + (stretches.to() - 1),
        loss,
        runner,
        network,
        (stretches == null ? "batch" : "stretch")
            + "; model.history() contains the completed epochs.");
  }

  static NonFiniteLossException onBatch(double loss, BatchRunner runner, Network network) {
    return of(" in trainOnBatch", loss, runner, network, "batch.");
  }

  private static NonFiniteLossException of(
      String where, double loss, BatchRunner runner, Network network, String end) {
    return new NonFiniteLossException(
        "The loss became "
            + loss
            + where
            + ". "
            + largestGradient(runner.gradients(), network.weightPaths())
            + advice(runner, network)
            + " The weights are as before this "
            + end);
  }

  private static String advice(BatchRunner runner, Network network) {
    String nonFinite = runner.firstNonFinite();
    if (nonFinite != null) {
      return " Data must be finite, but "
          + nonFinite
          + " contains an infinite value or NaN. Remove or fill such samples.";
    }
    if (network.layers().get(0) instanceof Embedding) {
      // The magnitude of token ids is meaningless.
      return SMALLER_STEPS;
    }
    double largestFeature = runner.largestFeature();
    if (largestFeature > LARGE_FEATURE) {
      return String.format(
          Locale.ROOT,
          " The largest feature of this batch, %.4g, looks unscaled: normalize the data"
              + " (TimeSeries.normalizedOn).",
          largestFeature);
    }
    return String.format(
            Locale.ROOT, " The features of this batch are within ±%.4g.", largestFeature)
        + SMALLER_STEPS;
  }

  private static String largestGradient(Gradient[] gradients, List<String> paths) {
    String path = "";
    double largest = -1;
    for (int w = 0; w < gradients.length; w++) {
      for (float value : gradients[w].values()) {
        if (!Float.isFinite(value)) {
          return "The gradient of '" + paths.get(w) + "' is not finite.";
        }
        if (Math.abs(value) > largest) {
          largest = Math.abs(value);
          path = paths.get(w);
        }
      }
    }
    return String.format(Locale.ROOT, "The largest gradient is %.4g, of '%s'.", largest, path);
  }
}
