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
 * Normalizes each feature by its mean and variance over the batch, Keras's {@code
 * BatchNormalization} on the last axis:
 *
 * <pre>
 * x̂ = (x − μ) / √(σ² + ε)      y = γ ⊙ x̂ + β
 * </pre>
 *
 * <p>In training μ and σ² are those of the whole batch, over all rows and time steps that are not
 * masked (σ² divided by their number n), and the layer remembers them:
 *
 * <pre>
 * moving_mean     = momentum·moving_mean     + (1 − momentum)·μ
 * moving_variance = momentum·moving_variance + (1 − momentum)·σ²
 * </pre>
 *
 * <p>Outside of training, and in a layer that is {@linkplain Layer#trainable(boolean) frozen},
 * those stand for μ and σ². A batch whose loss is not finite, which changes no weight, does not
 * change them either.
 *
 * <p>Input and output (batch, …, features). Weights: {@code gamma} γ, {@code beta} β, and, not
 * trainable, {@code moving_mean}, {@code moving_variance}, all (features). The mask is passed on;
 * masked steps are normalized as the others are. As in Keras, 1e-7 is added to n where there is a
 * mask.
 *
 * <p>Backwards in training, with g = d loss / d y, sums over the whole batch and m = 1 where x
 * counts, else 0:
 *
 * <pre>
 * dγ = Σ g ⊙ x̂      dβ = Σ g      dx = γ / √(σ² + ε) ⊙ (g − m/n·(dβ + x̂ ⊙ dγ))
 * </pre>
 *
 * <p>Source: Ioffe and Szegedy 2015, "Batch normalization"; Keras 3, {@code
 * keras.layers.BatchNormalization}.
 */
public final class BatchNormalization extends NormalizationLayer<BatchNormalization> {
  /** Keras's {@code backend.epsilon()}, which keeps it from dividing by 0 masked steps. */
  private static final double KERAS_EPSILON = 1e-7;

  private double momentum = 0.99;
  private Initializer movingMeanInitializer = Initializers.zeros();
  private Initializer movingVarianceInitializer = Initializers.ones();

  public BatchNormalization() {
    super("BatchNormalization");
  }

  @Override
  BatchNormalization self() {
    return this;
  }

  /** How much of the moving averages a batch leaves as it was; 0.99 by default. */
  public BatchNormalization momentum(double newMomentum) {
    requireNotBuilt("momentum");
    if (!(newMomentum >= 0 && newMomentum <= 1)) {
      throw new IllegalArgumentException(
          "momentum is at least 0 and at most 1. Received: momentum=" + newMomentum);
    }
    momentum = newMomentum;
    return this;
  }

  /** How much of the moving averages a batch leaves as it was. */
  public double momentum() {
    return momentum;
  }

  /** The first values of the moving mean; zeros by default. */
  public BatchNormalization movingMeanInitializer(Initializer initializer) {
    requireNotBuilt("movingMeanInitializer");
    movingMeanInitializer = initializer;
    return this;
  }

  /** The first values of the moving mean. */
  public Initializer movingMeanInitializer() {
    return movingMeanInitializer;
  }

  /** The first values of the moving variance; ones by default. */
  public BatchNormalization movingVarianceInitializer(Initializer initializer) {
    requireNotBuilt("movingVarianceInitializer");
    movingVarianceInitializer = initializer;
    return this;
  }

  /** The first values of the moving variance. */
  public Initializer movingVarianceInitializer() {
    return movingVarianceInitializer;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    super.createWeights(input, factory);
    Shape features = Shape.of(input.last());
    factory.createNotTrainable("moving_mean", features, movingMeanInitializer);
    factory.createNotTrainable("moving_variance", features, movingVarianceInitializer);
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

  /** What the slices of a batch have in common, or what one of them adds to it. */
  private static final class Statistics {
    private double count;
    private final double[] mean;
    private final double[] squares; // of the distances from the mean; in the end the variance
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
    private final Statistics met; // used by the pass of the first slice
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
      met = new Statistics(features);
      batch = met;
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
        if (counts(input, position)) {
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
        if (counts(input, position)) {
          int at = input.offset() + position * features;
          for (int j = 0; j < features; j++) {
            double distance = values[at + j] - own.mean[j];
            own.squares[j] += distance * distance;
          }
        }
      }
      x = input;
    }

    private boolean counts(Tensor input, int position) {
      return input.mask() == null || input.mask()[position];
    }

    private void requireMaskFits(Tensor input) {
      if (input.mask() != null && input.shape().rank() != 2) {
        throw new IllegalArgumentException(
            describe()
                + " takes masked sequences of vectors only, as Keras does. Received: a mask with"
                + " samples of shape "
                + input.shape()
                + ". Leave the mask out, or put the layer where samples are (time, features)");
      }
    }

    /** Means and sums of squares of parts put together: Chan, Golub and LeVeque 1979. */
    @Override
    protected void meet(BatchPass[] slices, int count) {
      double n = 0;
      Arrays.fill(met.mean, 0);
      Arrays.fill(met.squares, 0);
      for (int i = 0; i < count; i++) {
        Statistics slice = ((BatchNormalizationPass) slices[i]).own;
        n += slice.count;
        for (int j = 0; j < features; j++) {
          met.mean[j] += slice.count * slice.mean[j];
        }
      }
      met.count = x.mask() == null ? n : n + KERAS_EPSILON;
      for (int j = 0; j < features; j++) {
        met.mean[j] /= met.count;
      }
      for (int i = 0; i < count; i++) {
        Statistics slice = ((BatchNormalizationPass) slices[i]).own;
        for (int j = 0; j < features; j++) {
          double distance = slice.mean[j] - met.mean[j];
          met.squares[j] += slice.squares[j] + slice.count * distance * distance;
        }
      }
      for (int j = 0; j < features; j++) {
        met.squares[j] /= met.count;
      }
      for (int i = 0; i < count; i++) {
        ((BatchNormalizationPass) slices[i]).batch = met;
      }
    }

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext call) {
      requireMaskFits(input);
      x = input;
      training = call.isTraining() && meetsBatch();
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
    protected void meetBackward(BatchPass[] slices, int count) {
      Arrays.fill(met.gammaSums, 0);
      Arrays.fill(met.betaSums, 0);
      for (int i = 0; i < count; i++) {
        Statistics slice = ((BatchNormalizationPass) slices[i]).own;
        for (int j = 0; j < features; j++) {
          met.gammaSums[j] += slice.gammaSums[j];
          met.betaSums[j] += slice.betaSums[j];
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
        double share = training && counts(x, position) ? 1 / batch.count : 0;
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
    protected void keepStatistics() {
      move(movingMean(), met.mean);
      move(movingVariance(), met.squares);
    }

    private void move(float[] average, double[] now) {
      for (int j = 0; j < features; j++) {
        average[j] = (float) (average[j] * momentum + now[j] * (1 - momentum));
      }
    }
  }
}
