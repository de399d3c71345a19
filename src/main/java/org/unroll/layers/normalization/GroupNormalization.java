package org.unroll.layers.normalization;

import java.util.Arrays;
import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Normalizes groups of features of each sample over all time steps or pixels, as Keras's {@code
 * GroupNormalization} on the last axis. One group is normalized like {@link LayerNormalization},
 * but over the other axes, too. As many groups as features are instance normalization.
 *
 * <pre>
 * μ = 1/n Σ x      σ² = 1/n Σ (x − μ)²   over the n values of a sample and group
 * x̂ = (x − μ) / √(σ² + ε)      yⱼ = γⱼ·x̂ⱼ + βⱼ   for each feature j
 * </pre>
 *
 * <p>Input and output: (batch, …, features). The mask is passed on. As in Keras, masked time steps
 * are included in the statistics.
 *
 * <p>Weights: {@code gamma} γ (features), {@code beta} β (features).
 *
 * <p>Backward pass, with g = d loss / d y, h = g ⊙ γ, and means over the values of a sample and
 * group:
 *
 * <pre>
 * dγ = Σ g ⊙ x̂      dβ = Σ g      dx = (h − mean(h) − x̂·mean(h ⊙ x̂)) / √(σ² + ε)
 * </pre>
 *
 * <p>Source: Wu and He 2018, "Group normalization"; Keras 3, {@code
 * keras.layers.GroupNormalization}.
 */
public final class GroupNormalization extends NormalizationLayer<GroupNormalization> {
  private final int groups;

  /**
   * Creates the layer. See {@code Layers.groupNormalization}.
   *
   * @param groups the number of groups of equal size, or −1 for one group for each feature
   * @throws IllegalArgumentException if it is neither at least 1 nor −1
   */
  public GroupNormalization(int groups) {
    super("GroupNormalization");
    if (groups < 1 && groups != -1) {
      throw new IllegalArgumentException(
          "groups must be at least 1, or -1 for one group for each feature, but was "
              + groups
              + ".");
    }
    this.groups = groups;
  }

  @Override
  GroupNormalization self() {
    return this;
  }

  /** Returns the number of groups, or −1 for one group for each feature. */
  public int groups() {
    return groups;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    super.checkInput(input, previous);
    if (groups != -1 && input.last() % groups != 0) {
      String needed = "(batch, …, features) with a multiple of " + groups + " features";
      throw wrongInput(needed, input, previous);
    }
    return input;
  }

  @Override
  protected boolean worksStepByStep() {
    return false; // the statistics are those of all time steps
  }

  @Override
  public Pass newPass() {
    return new GroupNormalizationPass(inputShape().last());
  }

  private final class GroupNormalizationPass extends Pass {
    private final int features;
    private final int parts; // the number of groups
    private final int group; // the number of features of a group
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private final double[] gammaSums;
    private final double[] betaSums;
    private float[] y = {};
    private float[] normalized = {};
    private float[] dx = {};

    // one value for each row and group
    private double[] means = {};
    private double[] inverses = {}; // 1 / √(σ² + ε)
    private double[] slopes = {};

    GroupNormalizationPass(int features) {
      this.features = features;
      parts = groups == -1 ? features : groups;
      group = features / parts;
      gammaSums = new double[features];
      betaSums = new double[features];
    }

    /** Returns the index of the statistics for the first feature of a position. */
    private int statistics(Tensor tensor, int at) {
      return at / tensor.width() % tensor.rows() * parts;
    }

    private double count(Tensor tensor) {
      return (double) tensor.shape().size() / parts;
    }

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      int size = input.size();
      y = atLeast(y, size);
      normalized = atLeast(normalized, size);
      measure(input);
      float[] gamma = gamma();
      float[] beta = beta();
      for (int at = 0; at < size; at += features) {
        int from = statistics(input, at);
        for (int j = 0; j < features; j++) {
          int k = from + j / group;
          double centered = input.values()[input.offset() + at + j] - means[k];
          normalized[at + j] = (float) (centered * inverses[k]);
          float scaled = gamma == null ? normalized[at + j] : gamma[j] * normalized[at + j];
          y[at + j] = beta == null ? scaled : scaled + beta[j];
        }
      }
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
    }

    /** Computes the mean and 1 / √(σ² + ε) of each row and group. */
    private void measure(Tensor input) {
      int statistics = input.rows() * parts;
      if (means.length < statistics) {
        means = new double[statistics];
        inverses = new double[statistics];
        slopes = new double[statistics];
      }
      Arrays.fill(means, 0, statistics, 0);
      Arrays.fill(inverses, 0, statistics, 0);
      for (int at = 0; at < input.size(); at += features) {
        int from = statistics(input, at);
        for (int j = 0; j < features; j++) {
          means[from + j / group] += input.values()[input.offset() + at + j];
        }
      }
      for (int k = 0; k < statistics; k++) {
        means[k] /= count(input);
      }
      for (int at = 0; at < input.size(); at += features) {
        int from = statistics(input, at);
        for (int j = 0; j < features; j++) {
          int k = from + j / group;
          double centered = input.values()[input.offset() + at + j] - means[k];
          inverses[k] += centered * centered;
        }
      }
      for (int k = 0; k < statistics; k++) {
        inverses[k] = 1 / Math.sqrt(inverses[k] / count(input) + epsilon());
      }
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      setGradients(gradient, normalized, gammaSums, betaSums, weightGradients);
      if (!needed) {
        return null;
      }
      int size = gradient.size();
      float[] g = gradient.values();
      dx = atLeast(dx, size);
      float[] gamma = gamma();
      int statistics = gradient.rows() * parts;
      Arrays.fill(means, 0, statistics, 0); // from here on, the means of h
      Arrays.fill(slopes, 0, statistics, 0);
      for (int at = 0; at < size; at += features) {
        int from = statistics(gradient, at);
        for (int j = 0; j < features; j++) {
          float value = g[gradient.offset() + at + j];
          dx[at + j] = gamma == null ? value : value * gamma[j];
          means[from + j / group] += dx[at + j];
          slopes[from + j / group] += dx[at + j] * normalized[at + j];
        }
      }
      for (int k = 0; k < statistics; k++) {
        means[k] /= count(gradient);
        slopes[k] /= count(gradient);
      }
      for (int at = 0; at < size; at += features) {
        int from = statistics(gradient, at);
        for (int j = 0; j < features; j++) {
          int k = from + j / group;
          double centered = dx[at + j] - means[k] - normalized[at + j] * slopes[k];
          dx[at + j] = (float) (inverses[k] * centered);
        }
      }
      return inputGradient.set(dx, 0, gradient.rows(), gradient.shape(), null);
    }
  }
}
