package org.unroll.layers.core;

import org.unroll.data.Shape;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Regularizer;
import org.unroll.network.Tensor;
import org.unroll.network.Weight;

/**
 * Turns whole numbers, such as word ranks, into vectors, Keras's {@code Embedding}: y = E[index].
 *
 * <p>Weights: {@code embeddings} E (inputDim, outputDim). Input (batch, …) of indices from 0 to
 * inputDim − 1; output (batch, …, outputDim). With {@link #maskZero} index 0 stands for padding,
 * and the layers behind skip it. An index outside the range is an error that names its place.
 *
 * <p>Backwards: dE[index] += dy for every place the index stood at; the indices have no gradient.
 *
 * <p>Source: Keras 3, {@code keras.layers.Embedding}.
 */
public final class Embedding extends Layer {
  private final int inputDim;
  private final int outputDim;
  private Initializer embeddingsInitializer = Initializers.randomUniform();
  private Regularizer embeddingsRegularizer;
  private boolean maskZero;

  public Embedding(int inputDim, int outputDim) {
    super("Embedding");
    if (inputDim < 1 || outputDim < 1) {
      throw new IllegalArgumentException(
          "An embedding has at least one index and one value. Received: inputDim="
              + inputDim
              + ", outputDim="
              + outputDim);
    }
    this.inputDim = inputDim;
    this.outputDim = outputDim;
  }

  /** The number of different indices. */
  public int inputDim() {
    return inputDim;
  }

  /** The length of a vector. */
  public int outputDim() {
    return outputDim;
  }

  /** The first values of E; uniform on [−0.05, 0.05) by default. */
  public Embedding embeddingsInitializer(Initializer initializer) {
    requireNotBuilt("embeddingsInitializer");
    embeddingsInitializer = initializer;
    return this;
  }

  /** The first values of E. */
  public Initializer embeddingsInitializer() {
    return embeddingsInitializer;
  }

  /** A penalty on E; none by default. */
  public Embedding embeddingsRegularizer(Regularizer regularizer) {
    requireNotBuilt("embeddingsRegularizer");
    embeddingsRegularizer = regularizer;
    return this;
  }

  /** The penalty on E, or null. */
  public Regularizer embeddingsRegularizer() {
    return embeddingsRegularizer;
  }

  /** Whether index 0 is padding that the layers behind skip; false by default. */
  public Embedding maskZero(boolean mask) {
    requireNotBuilt("maskZero");
    maskZero = mask;
    return this;
  }

  /** Whether index 0 is padding. */
  public boolean maskZero() {
    return maskZero;
  }

  /** Sets the name. */
  public Embedding name(String name) {
    setName(name);
    return this;
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    if (input.rank() != 1) {
      throw wrongInput("(batch, time) of whole numbers", input, previous);
    }
    return Shape.of(input.axis(0), outputDim);
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    factory.create(
        "embeddings", Shape.of(inputDim, outputDim), embeddingsInitializer, embeddingsRegularizer);
  }

  @Override
  public Gradient newGradient(Weight weight) {
    return Gradient.sparse(weight.size(), outputDim);
  }

  @Override
  protected boolean worksStepByStep() {
    return true;
  }

  @Override
  public Pass newPass() {
    return new EmbeddingPass();
  }

  private final class EmbeddingPass extends Pass {
    private final Tensor output = new Tensor();
    private float[] y = {};
    private int[] indices = {}; // timesteps × rows
    private boolean[] mask = {};
    private int rows;
    private int timesteps;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext call) {
      rows = input.rows();
      timesteps = input.shape().axis(0);
      int positions = rows * timesteps;
      y = atLeast(y, positions * outputDim);
      if (indices.length < positions) {
        indices = new int[positions];
        mask = new boolean[positions];
      }
      float[] table = weights().get(0).values();
      for (int r = 0; r < rows; r++) {
        for (int t = 0; t < timesteps; t++) {
          float value = input.values()[input.offset() + r * timesteps + t];
          int index = index(value, call, r, t);
          int position = t * rows + r;
          indices[position] = index;
          mask[position] = index != 0;
          System.arraycopy(table, index * outputDim, y, position * outputDim, outputDim);
        }
      }
      return output.set(y, 0, rows, Shape.of(timesteps, outputDim), maskZero ? mask : input.mask());
    }

    private int index(float value, ForwardContext call, int row, int step) {
      int index = (int) value;
      if (index != value || index < 0 || index >= inputDim) {
        throw new IllegalArgumentException(
            describe()
                + " looks up whole numbers from 0 to "
                + (inputDim - 1)
                + " (inputDim="
                + inputDim
                + "). Received "
                + (index == value ? Integer.toString(index) : Float.toString(value))
                + " in "
                + call.describeRow(row)
                + ", step "
                + step
                + ". Make inputDim at least the largest index + 1, or cap the vocabulary when the"
                + " data is loaded.");
      }
      return index;
    }

    @Override
    public Tensor backward(Tensor gradient, Gradient[] weightGradients, boolean needed) {
      weightGradients[0].setEntries(
          rows * timesteps, indices, gradient.values(), gradient.offset());
      return null;
    }
  }
}
