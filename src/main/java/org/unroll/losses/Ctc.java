package org.unroll.losses;

import java.util.Arrays;
import org.unroll.data.Shape;
import org.unroll.network.Tensor;

/**
 * Computes the loss of connectionist temporal classification (CTC) for sequences whose labels are
 * not aligned with their time steps: a line of handwriting and its letters, or speech and its
 * phonemes.
 *
 * <p>The outputs of the model are logits z of shape (time, classes), without an activation. Class 0
 * is the blank, which means "no label". The target of a sample is a row of class numbers from 1 on,
 * padded with 0 at the end. It may be shorter than the time axis, and consist of padding only.
 * {@code Sequences} take such rows as {@code double[][]}. There are no metrics for such targets;
 * {@code CtcDecoder.labelErrorRate} compares decoded labels with the true ones.
 *
 * <pre>{@code
 * var reader =
 *     Sequential.of(input(20, 3), bidirectional(gru(16).returnSequences(true)), dense(5));
 * reader.compile(adam(), ctc());
 *
 * var lines = Samples.of(new double[2][20][3]).targets(new int[][] {{1, 4, 4}, {2, 0, 0}});
 * reader.fit(lines, epochs(10));
 * int[][] labels = CtcDecoder.of(reader.predict(lines)).greedy();
 * }</pre>
 *
 * <p>A path is one class for each time step. It stands for the labels that remain if first equal
 * classes in a row are merged and then blanks are removed. With the softmax y of the logits, the
 * probability of a path is the product of its {@code y(t, class)}. The loss of a sample is {@code
 * −log p}, where p is the sum of the probabilities of all paths for its labels l.
 *
 * <p>Let l′ be the labels with a blank before, between and after them, S its length and T the
 * number of time steps. In logarithms, the forward variables are
 *
 * <ul>
 *   <li>α₁(1) = y(1, blank), α₁(2) = y(1, l′₂), and α₁(s) = 0 for s &gt; 2
 *   <li>αₜ(s) = y(t, l′ₛ) · (αₜ₋₁(s) + αₜ₋₁(s − 1) + αₜ₋₁(s − 2)), without the last term if l′ₛ is
 *       the blank or equal to l′ₛ₋₂
 *   <li>p = α_T(S) + α_T(S − 1)
 * </ul>
 *
 * <p>and the backward variables
 *
 * <ul>
 *   <li>β_T(S) = β_T(S − 1) = 1, and β_T(s) = 0 for s &lt; S − 1
 *   <li>βₜ(s) = Σ y(t + 1, l′ᵣ) · βₜ₊₁(r) over r = s, s + 1 and s + 2, without the last term if
 *       l′ₛ₊₂ is the blank or equal to l′ₛ
 *   <li>∂loss/∂z(t, k) = y(t, k) − Σ αₜ(s) · βₜ(s) / p over all s with l′ₛ = k
 * </ul>
 *
 * <p>For the reduction and for sample weights, a sample is one position. If the outputs have a
 * mask, for example that of a {@code Masking} layer, masked time steps are skipped. Keras ignores
 * the length of a sequence, and fails with a mask.
 *
 * <p>Labels with R equal neighbors need at least L + R time steps because a blank must separate
 * equal labels. With fewer, the loss would be infinite, so training throws an {@link
 * IllegalArgumentException}. It also does for a class number that is negative or too large, and for
 * a 0 before a label.
 *
 * <p>Source: A. Graves, S. Fernández, F. Gomez and J. Schmidhuber, "Connectionist Temporal
 * Classification: Labelling Unsegmented Sequence Data with Recurrent Neural Networks" (ICML 2006);
 * Keras's {@code CTC}.
 */
public record Ctc() implements Loss {
  @Override
  public String name() {
    return "ctc";
  }

  /** {@inheritDoc} One label; the number of labels does not depend on the number of positions. */
  @Override
  public int targetWidth(int outputs) {
    return 1;
  }

  @Override
  public OverSequences overSequences() {
    return new ForwardBackward();
  }

  /**
   * {@inheritDoc} The positions are the time steps of a single sequence, the targets are its
   * labels, and its weight is the first of the weights.
   */
  @Override
  public double sum(
      int positions,
      int outputs,
      float[] predictions,
      int predictionsOffset,
      float[] targets,
      float[] weights,
      float[] gradient) {
    Shape shape = Shape.of(positions, outputs);
    Tensor sequence = new Tensor().set(predictions, predictionsOffset, 1, shape, null);
    return overSequences().sum(sequence, targets, targets.length, weights, gradient);
  }

  /** The forward–backward algorithm, with logarithms of probabilities. */
  private final class ForwardBackward implements OverSequences {
    private int[] labels = {}; // l′
    private int states; // the length of l′
    private int[] steps = {}; // where the outputs of each time step that is not masked begin
    private int count; // of these time steps
    private double[] logSums = {}; // log Σ exp z of each time step
    private double[] alpha = {}; // time steps × states
    private double[] beta = {}; // of one time step
    private double[] occupancy = {}; // of each class at one time step
    private float[] logits = {};

    @Override
    public double sum(
        Tensor predictions, float[] targets, int targetWidth, float[] weights, float[] gradient) {
      logits = predictions.values();
      int outputs = predictions.shape().last();
      if (gradient != null) {
        Arrays.fill(gradient, 0, predictions.size(), 0f);
      }
      double total = 0;
      for (int row = 0; row < predictions.rows(); row++) {
        double weight = weights == null ? 1 : weights[row];
        if (weight != 0) {
          setSteps(predictions, row);
          setLabels(outputs, targets, row * targetWidth, targetWidth);
          double logProbability = forward();
          total -= weight * logProbability;
          if (gradient != null) {
            backward(outputs, logProbability, weight, gradient, predictions.offset());
          }
        }
      }
      return total;
    }

    private void setSteps(Tensor predictions, int row) {
      int outputs = predictions.shape().last();
      int all = predictions.timesteps();
      if (steps.length < all) {
        steps = new int[all];
        logSums = new double[all];
      }
      count = 0;
      for (int t = 0; t < all; t++) {
        int position = t * predictions.rows() + row;
        if (predictions.mask() == null || predictions.mask()[position]) {
          steps[count] = predictions.offset() + position * outputs;
          logSums[count] = Losses.logSumExp(outputs, logits, steps[count]);
          count++;
        }
      }
    }

    private void setLabels(int outputs, float[] targets, int from, int width) {
      int length = width;
      while (length > 0 && targets[from + length - 1] == 0) {
        length--;
      }
      states = 2 * length + 1;
      if (labels.length < states) {
        labels = new int[states];
        beta = new double[states];
      }
      int needed = length;
      for (int i = 0; i < length; i++) {
        int label = Losses.classNumber(Ctc.this, outputs, targets, from + i);
        if (label == 0) {
          throw new InvalidTargetException(
              "ctc needs labels from 1 on, padded with 0 only at the end because 0 is the blank, but"
                  + " they were "
                  + listed(targets, from, width),
              from + i);
        }
        labels[2 * i] = 0;
        labels[2 * i + 1] = label;
        needed += i > 0 && label == labels[2 * i - 1] ? 1 : 0;
      }
      labels[2 * length] = 0;
      if (needed > count) {
        throw new InvalidTargetException(
            "ctc needs a time step for each label and one more between equal labels, so the "
                + length
                + " labels "
                + listed(targets, from, length)
                + " need at least "
                + needed
                + " time steps, but the output had "
                + count
                + ". Use longer sequences, less pooling, or shorter labels than those",
            from);
      }
    }

    private static String listed(float[] targets, int from, int width) {
      int[] numbers = new int[width];
      Arrays.setAll(numbers, i -> (int) targets[from + i]);
      return Arrays.toString(numbers);
    }

    /** Returns log y(t, l′ₛ), with t and s from 0 on. */
    private double logOutput(int t, int s) {
      return logits[steps[t] + labels[s]] - logSums[t];
    }

    /** Returns whether a path may go from state s − 2 to s without the blank between them. */
    private boolean skips(int s) {
      return s > 1 && s < states && labels[s] != labels[s - 2];
    }

    /** Computes α and returns log p. */
    private double forward() {
      if (count == 0) {
        return 0; // no labels either
      }
      if (alpha.length < count * states) {
        alpha = new double[count * states];
      }
      for (int s = 0; s < states; s++) {
        alpha[s] = s < 2 ? logOutput(0, s) : Double.NEGATIVE_INFINITY;
      }
      for (int t = 1; t < count; t++) {
        int before = (t - 1) * states;
        for (int s = 0; s < states; s++) {
          double sum =
              logSum(
                  alpha[before + s],
                  s > 0 ? alpha[before + s - 1] : Double.NEGATIVE_INFINITY,
                  skips(s) ? alpha[before + s - 2] : Double.NEGATIVE_INFINITY);
          alpha[before + states + s] = sum + logOutput(t, s);
        }
      }
      int last = count * states - 1;
      double beforeLast = states > 1 ? alpha[last - 1] : Double.NEGATIVE_INFINITY;
      return logSum(alpha[last], beforeLast, Double.NEGATIVE_INFINITY);
    }

    /** Computes β and the gradient of one sample. */
    private void backward(
        int outputs, double logProbability, double weight, float[] gradient, int offset) {
      if (occupancy.length < outputs) {
        occupancy = new double[outputs];
      }
      for (int t = count - 1; t >= 0; t--) {
        for (int s = 0; s < states; s++) {
          if (t == count - 1) {
            beta[s] = s < states - 2 ? Double.NEGATIVE_INFINITY : 0;
          } else {
            beta[s] =
                logSum(
                    beta[s] + logOutput(t + 1, s),
                    s + 1 < states
                        ? beta[s + 1] + logOutput(t + 1, s + 1)
                        : Double.NEGATIVE_INFINITY,
                    skips(s + 2)
                        ? beta[s + 2] + logOutput(t + 1, s + 2)
                        : Double.NEGATIVE_INFINITY);
          }
        }
        Arrays.fill(occupancy, 0, outputs, 0);
        for (int s = 0; s < states; s++) {
          occupancy[labels[s]] += Math.exp(alpha[t * states + s] + beta[s] - logProbability);
        }
        for (int k = 0; k < outputs; k++) {
          double y = Math.exp(logits[steps[t] + k] - logSums[t]);
          gradient[steps[t] - offset + k] = (float) (weight * (y - occupancy[k]));
        }
      }
    }

    /** Returns log(eᵃ + eᵇ + eᶜ) without overflow. */
    private static double logSum(double a, double b, double c) {
      double max = Math.max(a, Math.max(b, c));
      return max == Double.NEGATIVE_INFINITY
          ? max
          : max + Math.log(Math.exp(a - max) + Math.exp(b - max) + Math.exp(c - max));
    }
  }
}
