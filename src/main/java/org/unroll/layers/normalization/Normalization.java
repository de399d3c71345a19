package org.unroll.layers.normalization;

import java.util.Arrays;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.layers.core.SameShapeLayer;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Standardizes features with a fixed mean and variance, as Keras's {@code Normalization}.
 *
 * <pre>
 * y = (x − mean) / max(√variance, 10⁻⁷)
 * </pre>
 *
 * <p>Mean and variance are either measured on data with {@link #adapt} or set with {@link
 * #statistics}. Until then they are 0 and 1. They are part of the model and saved with it, so a
 * loaded model accepts raw data.
 *
 * <pre>{@code
 * var normalization = normalization();
 * normalization.adapt(train);
 * var model = Sequential.of(input(168, 2), normalization, gru(32), dense(1));
 * }</pre>
 *
 * <p>Input and output: samples of any shape whose last axis is the features. The mask is passed on.
 *
 * <p>Weights, none of them trained: {@code mean} (features), {@code variance} (features) and {@code
 * count}, which Keras keeps for older files. There are none after {@link #statistics}.
 *
 * <p>Backward pass: dx = d loss / d y / max(√variance, 10⁻⁷).
 *
 * <p>Source: Keras 3, {@code keras.layers.Normalization}.
 */
public final class Normalization extends SameShapeLayer {
  private static final double EPSILON = 1e-7;

  private int axis = -1;
  private boolean invert;
  private boolean fixed; // by statistics(…), as arguments instead of weights
  private double[] mean;
  private double[] variance;

  /** Creates the layer. See {@code Layers.normalization}. */
  public Normalization() {
    super("Normalization");
  }

  /**
   * Sets the axis of the features, counted from the batch axis, or −1 for the last axis. The
   * default is −1. It must be the last axis, which is checked when the model is built.
   */
  public Normalization axis(int newAxis) {
    requireNotBuilt("axis");
    axis = newAxis;
    return this;
  }

  /** Returns the axis of the features. */
  public int axis() {
    return axis;
  }

  /** Sets whether the layer computes x from y instead: x·√variance + mean. The default is false. */
  public Normalization invert(boolean back) {
    requireNotBuilt("invert");
    invert = back;
    return this;
  }

  /** Returns whether the layer computes x from y. */
  public boolean invert() {
    return invert;
  }

  /**
   * Sets mean and variance, which are then arguments of the layer and no weights.
   *
   * @param newMean the mean of each feature, or one mean for all
   * @param newVariance the variance of each feature, or one variance for all
   * @throws IllegalArgumentException if the lengths differ, or if a variance is negative
   */
  public Normalization statistics(double[] newMean, double[] newVariance) {
    requireNotBuilt("statistics");
    if (newMean.length != newVariance.length || newMean.length == 0) {
      throw new IllegalArgumentException(
          "mean and variance must have the same number of values, but have "
              + newMean.length
              + " and "
              + newVariance.length
              + ".");
    }
    if (Arrays.stream(newVariance).anyMatch(v -> !(v >= 0))) {
      throw new IllegalArgumentException(
          "The variances must be at least 0, but were " + Arrays.toString(newVariance) + ".");
    }
    fixed = true;
    mean = newMean.clone();
    variance = newVariance.clone();
    return this;
  }

  /** Returns the mean set with {@link #statistics}; null if mean and variance are weights. */
  public double[] fixedMean() {
    return fixed ? mean.clone() : null;
  }

  /** Returns the variance set with {@link #statistics}; null if mean and variance are weights. */
  public double[] fixedVariance() {
    return fixed ? variance.clone() : null;
  }

  /**
   * Measures mean and variance of each feature over all samples and all positions of a dataset. Can
   * be called before or after the layer is put into a model.
   *
   * @param data the training data
   * @throws IllegalStateException if the statistics were set with {@link #statistics}
   * @throws IllegalArgumentException if the data has another number of features than the layer, or
   *     values that are not finite
   */
  public void adapt(Dataset data) {
    if (fixed) {
      throw new IllegalStateException(
          describe()
              + " has fixed statistics, so it cannot be adapted. Create it without statistics(...).");
    }
    int features = data.inputShape().last();
    if (isBuilt() && features != inputShape().last()) {
      throw new IllegalArgumentException(
          describe()
              + " must be adapted to data with "
              + inputShape().last()
              + " features, but the data has "
              + features
              + ".");
    }
    mean = average(data, features, null);
    variance = average(data, features, mean);
    if (isBuilt()) {
      fill(mean, weight("mean").values());
      fill(variance, weight("variance").values());
    }
  }

  /**
   * Returns the mean of each feature, or, if means are given, the mean square distance from them.
   */
  private double[] average(Dataset data, int features, double[] means) {
    double[] sums = new double[features];
    long values = 0;
    float[] x = {};
    for (int sample = 0; sample < data.size(); sample++) {
      Dataset one = data.forBatch(null, sample, 1); // which knows the length of the sample
      int size = one.inputShape().size();
      x = Pass.atLeast(x, size);
      one.copyInput(sample, x, 0, 1);
      for (int i = 0; i < size; i++) {
        int feature = i % features;
        if (!Float.isFinite(x[i])) {
          throw new IllegalArgumentException(
              "All values must be finite to adapt "
                  + describe()
                  + ", but sample "
                  + sample
                  + " contains "
                  + x[i]
                  + " in feature "
                  + feature
                  + ".");
        }
        double distance = means == null ? 0 : x[i] - means[feature];
        sums[feature] += means == null ? x[i] : distance * distance;
      }
      values += size;
    }
    double count = (double) values / features;
    return Arrays.stream(sums).map(sum -> sum / count).toArray();
  }

  private static void fill(double[] from, float[] to) {
    for (int j = 0; j < to.length; j++) {
      to[j] = (float) from[from.length == 1 ? 0 : j];
    }
  }

  /** Sets the name, which must be unique in the model. */
  public Normalization name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() < 1 || input.last() == Shape.ANY) {
      throw wrongInput("(batch, …, features) with a fixed number of features", input, previous);
    }
    NormalizationLayer.requireLastAxis(axis, this, input, previous);
    boolean one = fixed && mean.length == 1;
    if (mean != null && !one && mean.length != input.last()) {
      throw wrongInput(
          "(batch, …, features) with "
              + mean.length
              + " features, the number of means and variances",
          input,
          previous);
    }
    return input;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    if (fixed) {
      return;
    }
    Shape features = Shape.of(input.last());
    factory.createNonTrainable("mean", features, initial(mean, 0));
    factory.createNonTrainable("variance", features, initial(variance, 1));
    factory.createNonTrainable("count", Shape.of(), initial(null, 0));
  }

  private static Initializer initial(double[] measured, float otherwise) {
    return (values, shape, random) -> {
      Arrays.fill(values, otherwise);
      if (measured != null) {
        fill(measured, values);
      }
    };
  }

  @Override
  public Pass newPass() {
    return new NormalizationPass();
  }

  private final class NormalizationPass extends Pass {
    private final int features = inputShape().last();
    private final Tensor output = new Tensor();
    private final float[] factors = new float[features];
    private float[] means = new float[features];
    private float[] y = {};

    /** Reads the statistics, which {@link #adapt} can change between two slices. */
    private void readStatistics() {
      float[] variances = new float[features];
      if (fixed) {
        fill(mean, means);
        fill(variance, variances);
      } else {
        means = weights().get(0).values();
        variances = weights().get(1).values();
      }
      for (int j = 0; j < features; j++) {
        factors[j] = (float) Math.max(Math.sqrt(variances[j]), EPSILON);
      }
    }

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      readStatistics();
      y = atLeast(y, input.size());
      for (int i = 0; i < input.size(); i++) {
        float x = input.values()[input.offset() + i];
        int j = i % features;
        y[i] = invert ? means[j] + x * factors[j] : (x - means[j]) / factors[j];
      }
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      float[] g = gradient.values();
      for (int i = 0; needed && i < gradient.size(); i++) {
        float factor = factors[i % features];
        int at = gradient.offset() + i;
        g[at] = invert ? g[at] * factor : g[at] / factor;
      }
      return gradient;
    }
  }
}
