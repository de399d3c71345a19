package org.unroll.layers.normalization;

import java.util.Arrays;
import org.unroll.data.Shape;
import org.unroll.network.BatchPass;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Tensor;

/**
 * Normalizes each feature by its mean and variance over the batch, as Keras's {@code
 * BatchNormalization} on the last axis.
 *
 * <pre>
 * x̂ = (x − μ) / √(σ² + ε)      y = γ ⊙ x̂ + β
 * </pre>
 *
 * <p>In training, μ and σ² are the mean and the variance over the n rows and time steps of the
 * whole batch that are not masked. The variance is the sum of squares divided by n. The layer keeps
 * moving averages of both:
 *
 * <pre>
 * moving_mean     = momentum·moving_mean     + (1 − momentum)·μ
 * moving_variance = momentum·moving_variance + (1 − momentum)·σ²
 * </pre>
 *
 * <p>Outside of training, and if the layer is {@linkplain Layer#trainable(boolean) frozen}, the
 * moving averages are used as μ and σ². A batch whose loss is not finite changes neither the
 * weights nor the moving averages.
 *
 * <p>Input and output: (batch, …, features). The mask is passed on. Masked time steps are
 * normalized like the others. As in Keras, 1e-7 is added to n if there is a mask.
 *
 * <p>Weights: {@code gamma} γ (features), {@code beta} β (features), and the non-trainable {@code
 * moving_mean} (features) and {@code moving_variance} (features).
 *
 * <p>Backward pass in training, with g = d loss / d y, sums over the whole batch, and m = 0 at
 * masked time steps, else 1:
 *
 * <pre>
 * dγ = Σ g ⊙ x̂      dβ = Σ g      dx = γ / √(σ² + ε) ⊙ (g − m/n·(dβ + x̂ ⊙ dγ))
 * </pre>
 *
 * <p>Source: Ioffe and Szegedy 2015, "Batch normalization"; Keras 3, {@code
 * keras.layers.BatchNormalization}.
 */
public final class BatchNormalization extends NormalizationLayer<BatchNormalization> {
  /** Keras's {@code backend.epsilon()}, which prevents a division by 0 if everything is masked. */
  private static final double KERAS_EPSILON = 1e-7;

  private double momentum = 0.99;
  private Initializer movingMeanInitializer = Initializers.zeros();
  private Initializer movingVarianceInitializer = Initializers.ones();

  /** Creates the layer. See {@code Layers.batchNormalization}. */
  public BatchNormalization() {
    super("BatchNormalization");
  }

  @Override
  BatchNormalization self() {
    return this;
  }

  /**
   * Sets the momentum of the moving averages. The default is 0.99.
   *
   * @throws IllegalArgumentException if it is not in [0, 1]
   */
  public BatchNormalization momentum(double newMomentum) {
    requireNotBuilt("momentum");
    if (!(newMomentum >= 0 && newMomentum <= 1)) {
      throw new IllegalArgumentException(
          "momentum must be at least 0 and at most 1, but was " + newMomentum + ".");
    }
    momentum = newMomentum;
    return this;
  }

  /** Returns the momentum of the moving averages. */
  public double momentum() {
    return momentum;
  }

  /** Sets the initializer of the moving mean. The default is {@link Initializers#zeros()}. */
  public BatchNormalization movingMeanInitializer(Initializer initializer) {
    requireNotBuilt("movingMeanInitializer");
    movingMeanInitializer = initializer;
    return this;
  }

  /** Returns the initializer of the moving mean. */
  public Initializer movingMeanInitializer() {
    return movingMeanInitializer;
  }

  /** Sets the initializer of the moving variance. The default is {@link Initializers#ones()}. */
  public BatchNormalization movingVarianceInitializer(Initializer initializer) {
    requireNotBuilt("movingVarianceInitializer");
    movingVarianceInitializer = initializer;
    return this;
  }

  /** Returns the initializer of the moving variance. */
  public Initializer movingVarianceInitializer() {
    return movingVarianceInitializer;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    super.createWeights(input, factory);
    Shape features = Shape.of(input.last());
    factory.createNonTrainable("moving_mean", features, movingMeanInitializer);
    factory.createNonTrainable("moving_variance", features, movingVarianceInitializer);
  }

  @Override
  public boolean needsWholeBatch() {
    return true;
  }

  private float[] movingMean() {
    return weights().get(weights().size() - 2).values();
  }

  private float[] movingVariance() {
    return weights().get(weights().size() - 1).values();
  }

  @Override
  public Pass newPass() {
    return new BatchNormalizationPass(inputShape().last());
  }

  /** Statistics of one slice, or of a whole batch. */
  private static final class Statistics {
    private double count;
    private final double[] mean;
    private final double[] squares; // of the distances from the mean, then the variance
    private final double[] gammaSums;
    private final double[] betaSums;

    Statistics(int features) {
      mean = new double[features];
      squares = new double[features];
      gammaSums = new double[features];
      betaSums = new double[features];
    }
  }

  private final class BatchNormalizationPass extends BatchPass {
    private final int features;
    private final Tensor output = new Tensor();
    private final Tensor inputGradient = new Tensor();
    private final Statistics own;
    private final Statistics combined; // used by the pass of the first slice
    private Statistics batch;
    private final float[] mean;
    private final float[] inverse; // 1 / √(σ² + ε)
    private float[] y = {};
    private float[] dx = {};
    private Tensor x;
    private boolean training;

    BatchNormalizationPass(int features) {
      this.features = features;
      own = new Statistics(features);
      combined = new Statistics(features);
      batch = combined;
      mean = new float[features];
      inverse = new float[features];
    }

    @Override
    protected void measure(Tensor input) {
      requireMaskFits(input);
      Arrays.fill(own.mean, 0);
      Arrays.fill(own.squares, 0);
      own.count = 0;
      int positions = input.size() / features;
      float[] values = input.values();
      for (int position = 0; position < positions; position++) {
        if (isUnmasked(input, position)) {
          int at = input.offset() + position * features;
          for (int j = 0; j < features; j++) {
            own.mean[j] += values[at + j];
          }
          own.count++;
        }
      }
      for (int j = 0; j < features; j++) {
        own.mean[j] /= Math.max(own.count, 1);
      }
      for (int position = 0; position < positions; position++) {
        if (isUnmasked(input, position)) {
          int at = input.offset() + position * features;
          for (int j = 0; j < features; j++) {
            double distance = values[at + j] - own.mean[j];
            own.squares[j] += distance * distance;
          }
        }
      }
      x = input;
    }

    private boolean isUnmasked(Tensor input, int position) {
      return input.mask() == null || input.mask()[position];
    }

    private void requireMaskFits(Tensor input) {
      if (input.mask() != null && input.shape().rank() != 2) {
        throw new IllegalArgumentException(
            describe()
                + " needs masked samples of shape (time, features), as in Keras, but the shape was "
                + input.shape()
                + ". Remove the mask, or move the layer to where samples are (time, features).");
      }
    }

    /** Combines means and sums of squares as Chan, Golub and LeVeque 1979. */
    @Override
    protected void combine(BatchPass[] slices, int count) {
      double n = 0;
      Arrays.fill(combined.mean, 0);
      Arrays.fill(combined.squares, 0);
      for (int i = 0; i < count; i++) {
        Statistics slice = ((BatchNormalizationPass) slices[i]).own;
        n += slice.count;
        for (int j = 0; j < features; j++) {
          combined.mean[j] += slice.count * slice.mean[j];
        }
      }
      combined.count = x.mask() == null ? n : n + KERAS_EPSILON;
      for (int j = 0; j < features; j++) {
        combined.mean[j] /= combined.count;
      }
      for (int i = 0; i < count; i++) {
        Statistics slice = ((BatchNormalizationPass) slices[i]).own;
        for (int j = 0; j < features; j++) {
          double distance = slice.mean[j] - combined.mean[j];
          combined.squares[j] += slice.squares[j] + slice.count * distance * distance;
        }
      }
      for (int j = 0; j < features; j++) {
        combined.squares[j] /= combined.count;
      }
      for (int i = 0; i < count; i++) {
        ((BatchNormalizationPass) slices[i]).batch = combined;
      }
    }

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      requireMaskFits(input);
      x = input;
      training = context.isTraining() && usesBatchStatistics();
      float[] movingMean = movingMean();
      float[] movingVariance = movingVariance();
      for (int j = 0; j < features; j++) {
        double variance = training ? batch.squares[j] : movingVariance[j];
        mean[j] = training ? (float) batch.mean[j] : movingMean[j];
        inverse[j] = (float) (1 / Math.sqrt(variance + epsilon()));
      }
      y = atLeast(y, input.size());
      float[] gamma = gamma();
      float[] beta = beta();
      float[] values = input.values();
      for (int at = 0; at < input.size(); at += features) {
        int from = input.offset() + at;
        for (int j = 0; j < features; j++) {
          float normalized = (values[from + j] - mean[j]) * inverse[j];
          float scaled = gamma == null ? normalized : gamma[j] * normalized;
          y[at + j] = beta == null ? scaled : scaled + beta[j];
        }
      }
      return output.set(y, 0, input.rows(), input.shape(), input.mask());
    }

    @Override
    protected void measureBackward(Tensor gradient) {
      Arrays.fill(own.gammaSums, 0);
      Arrays.fill(own.betaSums, 0);
      float[] g = gradient.values();
      float[] values = x.values();
      for (int at = 0; at < gradient.size(); at += features) {
        for (int j = 0; j < features; j++) {
          float value = g[gradient.offset() + at + j];
          float normalized = (values[x.offset() + at + j] - mean[j]) * inverse[j];
          own.gammaSums[j] += value * normalized;
          own.betaSums[j] += value;
        }
      }
    }

    @Override
    protected void combineBackward(BatchPass[] slices, int count) {
      Arrays.fill(combined.gammaSums, 0);
      Arrays.fill(combined.betaSums, 0);
      for (int i = 0; i < count; i++) {
        Statistics slice = ((BatchNormalizationPass) slices[i]).own;
        for (int j = 0; j < features; j++) {
          combined.gammaSums[j] += slice.gammaSums[j];
          combined.betaSums[j] += slice.betaSums[j];
        }
      }
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      setGradients(weightGradients, own.gammaSums, own.betaSums);
      if (!needed) {
        return null;
      }
      dx = atLeast(dx, gradient.size());
      float[] gamma = gamma();
      float[] g = gradient.values();
      for (int position = 0; position < gradient.size() / features; position++) {
        int at = position * features;
        double share = training && isUnmasked(x, position) ? 1 / batch.count : 0;
        for (int j = 0; j < features; j++) {
          float slope = gamma == null ? inverse[j] : gamma[j] * inverse[j];
          float normalized = (x.values()[x.offset() + at + j] - mean[j]) * inverse[j];
          double common = share * (batch.betaSums[j] + normalized * batch.gammaSums[j]);
          dx[at + j] = (float) (slope * (g[gradient.offset() + at + j] - common));
        }
      }
      return inputGradient.set(dx, 0, gradient.rows(), gradient.shape(), null);
    }

    @Override
    protected void updateStatistics() {
      move(movingMean(), combined.mean);
      move(movingVariance(), combined.squares);
    }

    private void move(float[] average, double[] now) {
      for (int j = 0; j < features; j++) {
        average[j] = (float) (average[j] * momentum + now[j] * (1 - momentum));
      }
    }
  }
}
