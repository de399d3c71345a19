package org.unroll.losses;

import java.util.Arrays;
import org.unroll.compute.Activation;

/**
 * Computes the categorical cross-entropy, {@code −log p_t}, of probabilities p for targets t that
 * are class numbers, one for each position.
 *
 * <p>As in Keras on TensorFlow, probabilities are clipped to [1e-7, 1 − 1e-7] in float32 and then
 * divided by their sum: {@code −log(p_t / Σ p)}. The derivative of a clipped probability is 0. For
 * logits z the loss is {@code log Σⱼ e^{zⱼ} − z_t}.
 *
 * <p>Source: Keras's {@code SparseCategoricalCrossentropy}.
 *
 * @param fromLogits whether the predictions are logits instead of probabilities; false by default
 * @param ignoreClass the class number of positions that do not count, for example 0 for padding;
 *     null, the default, if all count. It need not be a class of the model
 */
public record SparseCategoricalCrossentropy(boolean fromLogits, Integer ignoreClass)
    implements PositionLoss {
  /** Returns this loss for predictions that are logits, or not. */
  public SparseCategoricalCrossentropy fromLogits(boolean logits) {
    return new SparseCategoricalCrossentropy(logits, ignoreClass);
  }

  /**
   * Returns this loss without the positions of a class. They have no gradient, and the mean is over
   * the other positions.
   *
   * @param ignored the class number, such as 0 or −1
   */
  public SparseCategoricalCrossentropy ignoreClass(int ignored) {
    return new SparseCategoricalCrossentropy(fromLogits, ignored);
  }

  @Override
  public boolean counts(float[] targets, int targetsOffset) {
    return ignoreClass == null || targets[targetsOffset] != ignoreClass;
  }

  @Override
  public String name() {
    return "sparse_categorical_crossentropy";
  }

  @Override
  public int targetWidth(int outputs) {
    return 1;
  }

  @Override
  public Loss onLogits(Activation activation) {
    // As in Keras, probabilities of which some are ignored are not traced back to their logits.
    return activation == Activation.SOFTMAX && !fromLogits && ignoreClass == null
        ? fromLogits(true)
        : null;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the target is not a whole number between 0 and {@code
   *     outputs} − 1
   */
  @Override
  public double at(
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      int targetsOffset,
      double weight,
      float[] gradient,
      int gradientOffset) {
    if (!counts(targets, targetsOffset)) {
      if (gradient != null) {
        Arrays.fill(gradient, gradientOffset, gradientOffset + outputs, 0f);
      }
      return 0;
    }
    int expected = Losses.classNumber(this, outputs, targets, targetsOffset);
    if (fromLogits) {
      if (gradient != null) {
        Losses.softmax(outputs, predictions, predictionsOffset, gradient, gradientOffset);
        double others = 0; // 1 − p_t; subtracting would lose its digits if p_t is almost 1
        for (int i = 0; i < outputs; i++) {
          float p = gradient[gradientOffset + i];
          others += i == expected ? 0 : p;
          gradient[gradientOffset + i] = (float) (weight * p);
        }
        gradient[gradientOffset + expected] = (float) (-weight * others);
      }
      double logSum = Losses.logSumExp(outputs, predictions, predictionsOffset);
      return logSum - predictions[predictionsOffset + expected];
    }
    double sum = 0;
    for (int i = 0; i < outputs; i++) {
      sum += Losses.clippedProbability(predictions[predictionsOffset + i]);
    }
    if (gradient != null) {
      for (int i = 0; i < outputs; i++) {
        float p = predictions[predictionsOffset + i];
        double slope = Losses.isClipped(p) ? 0 : 1 / sum - (i == expected ? 1.0 / p : 0);
        gradient[gradientOffset + i] = (float) (weight * slope);
      }
    }
    return Math.log(sum)
        - Math.log(Losses.clippedProbability(predictions[predictionsOffset + expected]));
  }
}
