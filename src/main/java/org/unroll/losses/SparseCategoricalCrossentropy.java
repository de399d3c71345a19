package org.unroll.losses;

import org.unroll.compute.Activation;

/**
 * Computes the categorical cross-entropy, {@code −log p_t}, of probabilities p for targets t that
 * are class numbers, one for each position.
 *
 * <p>As in Keras on TensorFlow, probabilities are clipped to [1e-7, 1 − 1e-7] in float32 and then
 * divided by their sum: {@code −log(p_t / Σ p)}. The derivative of a clipped probability is 0. For
 * logits z the loss is {@code log Σⱼ e^{zⱼ} − z_t}.
 *
 * <p>Source: Keras's {@code SparseCategoricalCrossentropy}, without its {@code ignore_class}.
 *
 * @param fromLogits whether the predictions are logits instead of probabilities; false by default
 */
public record SparseCategoricalCrossentropy(boolean fromLogits) implements PositionLoss {
  /** Returns this loss for predictions that are logits, or not. */
  public SparseCategoricalCrossentropy fromLogits(boolean logits) {
    return new SparseCategoricalCrossentropy(logits);
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
    return activation == Activation.SOFTMAX && !fromLogits ? fromLogits(true) : null;
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
    float target = targets[targetsOffset];
    int expected = (int) target;
    if (expected != target || expected < 0 || expected >= outputs) {
      throw new InvalidTargetException(
          "A target of "
              + name()
              + " must be a class number between 0 and "
              + (outputs - 1)
              + " because the model has "
              + outputs
              + " outputs, but was "
              + target,
          targetsOffset);
    }
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
