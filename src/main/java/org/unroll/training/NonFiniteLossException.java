package org.unroll.training;

import java.util.List;
import java.util.Locale;
import org.unroll.layers.core.Embedding;
import org.unroll.network.Gradient;
import org.unroll.network.Network;

/**
 * Training met a loss that is infinite or not a number. The message tells the batch, the largest
 * gradient and its weight, and whether the features look unscaled. The weights are those before
 * this batch.
 */
public final class NonFiniteLossException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Standardized features rarely leave ±10; recurrent layers saturate far below this. */
  private static final double LARGE_FEATURE = 50;

  private static final String LESS_STEEP =
      " Lower the learning rate or clip the gradients (clipnorm).";

  private NonFiniteLossException(String message) {
    super(message);
  }

  static NonFiniteLossException at(
      int epoch, int batch, double loss, BatchRunner runner, Network network) {
    return new NonFiniteLossException(
        "The loss became "
            + loss
            + " in epoch "
            + (epoch + 1)
            + ", batch "
            + (batch + 1)
            + ". "
            + largestGradient(runner.gradients(), network.weightPaths())
            + advice(runner.largestFeature(), network)
            + " The weights are those before this batch; model.history() has the epochs before.");
  }

  private static String advice(double largestFeature, Network network) {
    if (network.layers().get(0) instanceof Embedding) {
      // Token ids are no features; their size says nothing.
      return LESS_STEEP;
    }
    if (!Double.isFinite(largestFeature)) {
      return " Features of this batch are infinite or not a number: remove or fill them.";
    }
    if (largestFeature > LARGE_FEATURE) {
      return String.format(
          Locale.ROOT,
          " The features of this batch reach %.4g and look unscaled: normalize them"
              + " (TimeSeries.normalizedOn).",
          largestFeature);
    }
    return String.format(
            Locale.ROOT, " The features of this batch stay within ±%.4g.", largestFeature)
        + LESS_STEEP;
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
    return String.format(
        Locale.ROOT, "The largest gradient, %.4g, is that of '%s'.", largest, path);
  }
}
