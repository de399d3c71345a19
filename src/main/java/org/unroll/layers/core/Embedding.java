package org.unroll.layers.core;

import java.util.Arrays;
import org.unroll.data.Shape;
import org.unroll.network.Constraint;
import org.unroll.network.DistinctRows;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Regularizer;
import org.unroll.network.TableRows;
import org.unroll.network.Tensor;
import org.unroll.network.Weight;

/**
 * Maps indices, such as the ids of words, to vectors, as Keras's {@code Embedding}.
 *
 * <pre>
 * y[t] = E[x[t]]
 * </pre>
 *
 * <p>Input: (batch, time), indices from 0 to inputDim − 1. Output: (batch, time, outputDim). If
 * {@link #maskZero} is set, index 0 is padding and the layers that follow skip it. An index out of
 * range throws an exception that names its row and time step.
 *
 * <p>Weights: {@code embeddings} E (inputDim, outputDim).
 *
 * <p>Backward pass: dE[x[t]] += d loss / d y[t], for each time step. The input has no gradient.
 * What an index that occurs several times in a batch means for squares and clipping is documented
 * in the Javadoc of {@code Optimizer}; Keras's backends differ.
 *
 * <p>Source: Keras 3, {@code keras.layers.Embedding}.
 */
public final class Embedding extends Layer {
  /** Larger vocabularies would need more memory to find repeated indices than a slice is worth. */
  private static final int LARGEST_SEARCHED = 1 << 16;

  private final int inputDim;
  private final int outputDim;
  private Initializer embeddingsInitializer = Initializers.randomUniform();
  private Regularizer embeddingsRegularizer;
  private Constraint embeddingsConstraint;
  private boolean maskZero;

  /**
   * Creates the layer. See {@code Layers.embedding}.
   *
   * @param inputDim the number of different indices, which is the largest index + 1
   * @param outputDim the length of a vector
   * @throws IllegalArgumentException if an argument is less than 1
   */
  public Embedding(int inputDim, int outputDim) {
    super("Embedding");
    this.inputDim = requirePositive("inputDim", inputDim);
    this.outputDim = requirePositive("outputDim", outputDim);
  }

  /** Returns the number of different indices. */
  public int inputDim() {
    return inputDim;
  }

  /** Returns the length of a vector. */
  public int outputDim() {
    return outputDim;
  }

  /** Sets the initializer of E. The default is {@link Initializers#randomUniform()}. */
  public Embedding embeddingsInitializer(Initializer initializer) {
    requireNotBuilt("embeddingsInitializer");
    embeddingsInitializer = initializer;
    return this;
  }

  /** Returns the initializer of E. */
  public Initializer embeddingsInitializer() {
    return embeddingsInitializer;
  }

  /** Sets the penalty on E. The default is null, which means no penalty. */
  public Embedding embeddingsRegularizer(Regularizer regularizer) {
    requireNotBuilt("embeddingsRegularizer");
    embeddingsRegularizer = regularizer;
    return this;
  }

  /** Returns the penalty on E, which may be null. */
  public Regularizer embeddingsRegularizer() {
    return embeddingsRegularizer;
  }

  /** Sets the constraint on E. The default is null, which means no constraint. */
  public Embedding embeddingsConstraint(Constraint constraint) {
    requireNotBuilt("embeddingsConstraint");
    embeddingsConstraint = constraint;
    return this;
  }

  /** Returns the constraint on E, which may be null. */
  public Constraint embeddingsConstraint() {
    return embeddingsConstraint;
  }

  /** Sets whether index 0 is padding that the layers that follow skip. The default is false. */
  public Embedding maskZero(boolean mask) {
    requireNotBuilt("maskZero");
    maskZero = mask;
    return this;
  }

  /** Returns whether index 0 is padding. */
  public boolean maskZero() {
    return maskZero;
  }

  @Override
  protected boolean createsMask() {
    return maskZero;
  }

  /** Sets the penalty on the output, divided by the rows of a batch. The default is null. */
  public Embedding activityRegularizer(Regularizer regularizer) {
    setActivityRegularizer(regularizer);
    return this;
  }

  /** Sets the name, which must be unique in the model. */
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
        "embeddings",
        Shape.of(inputDim, outputDim),
        embeddingsInitializer,
        embeddingsRegularizer,
        embeddingsConstraint);
  }

  /** Returns true: the input has no features, and may have any number of time steps. */
  @Override
  protected boolean fitsWeights(Shape other) {
    return true;
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

  private final class EmbeddingPass extends Pass implements TableRows {
    private final Tensor output = new Tensor();
    private float[] y = {};
    private int[] indices = {}; // timesteps × rows
    private boolean[] mask = {};
    private final DistinctRows table = new DistinctRows();
    private final DistinctRows distinct = new DistinctRows();
    private boolean isFilled; // whether y has the values of the current slice
    private boolean isSearched; // for different rows, in the current slice
    private boolean hasDistinct;
    private int[] seenIn = {}; // for each index, the last slice that has it
    private int[]
        numberOf = {}; // for each index, its number among the different ones of that slice
    private int[] firsts = {}; // for each number, the first position
    private float[] distinctRows = {};
    private int[] numbers = {}; // timesteps × rows
    private int slice;
    private int rows;
    private int timesteps;

    @Override
    public Tensor forward(Tensor input, float[][] state, ForwardContext context) {
      rows = input.rows();
      timesteps = input.shape().axis(0);
      int positions = rows * timesteps;
      y = atLeast(y, positions * outputDim);
      if (indices.length < positions) {
        indices = new int[positions];
        mask = new boolean[positions];
        numbers = new int[positions];
      }
      for (int r = 0; r < rows; r++) {
        for (int t = 0; t < timesteps; t++) {
          float value = input.values()[input.offset() + r * timesteps + t];
          int index = index(value, context, r, t);
          int position = t * rows + r;
          indices[position] = index;
          mask[position] = index != 0;
        }
      }
      isFilled = false;
      isSearched = false;
      Shape shape = Shape.of(timesteps, outputDim);
      return output.set(y, 0, rows, shape, maskZero ? mask : input.mask()).tableRows(this);
    }

    @Override
    public void fill() {
      if (isFilled) {
        return;
      }
      isFilled = true;
      float[] vectors = weights().get(0).values();
      for (int i = 0; i < rows * timesteps; i++) {
        System.arraycopy(vectors, indices[i] * outputDim, y, i * outputDim, outputDim);
      }
    }

    @Override
    public DistinctRows table() {
      return table.set(weights().get(0).values(), inputDim, indices, rows * timesteps);
    }

    @Override
    public DistinctRows distinct() {
      if (!isSearched) {
        hasDistinct = findDistinct(rows * timesteps);
        isSearched = true;
      }
      return hasDistinct ? distinct : null;
    }

    private boolean findDistinct(int positions) {
      int most = Math.min(inputDim, positions / 2);
      if (most == 0 || inputDim > LARGEST_SEARCHED) {
        return false;
      }
      if (seenIn.length == 0) {
        seenIn = new int[inputDim];
        numberOf = new int[inputDim];
      }
      if (firsts.length < most) {
        firsts = new int[most];
      }
      slice++;
      if (slice == 0) { // after 2³² slices
        Arrays.fill(seenIn, 0);
        slice = 1;
      }
      int count = 0;
      for (int i = 0; i < positions; i++) {
        int index = indices[i];
        if (seenIn[index] != slice) {
          if (count == most) {
            return false;
          }
          seenIn[index] = slice;
          numberOf[index] = count;
          firsts[count++] = i;
        }
        numbers[i] = numberOf[index];
      }
      distinctRows = DistinctRows.grown(distinctRows, count * outputDim);
      float[] vectors = weights().get(0).values();
      for (int j = 0; j < count; j++) {
        int index = indices[firsts[j]];
        System.arraycopy(vectors, index * outputDim, distinctRows, j * outputDim, outputDim);
      }
      distinct.set(distinctRows, count, numbers, positions);
      return true;
    }

    private int index(float value, ForwardContext context, int row, int step) {
      int index = (int) value;
      if (index != value || index < 0 || index >= inputDim) {
        throw new IllegalArgumentException(
            describe()
                + " needs whole numbers from 0 to "
                + (inputDim - 1)
                + " (inputDim="
                + inputDim
                + "), but "
                + context.describeRow(row)
                + " has "
                + (index == value ? Integer.toString(index) : Float.toString(value))
                + " at time step "
                + step
                + ". Set inputDim to at least the largest index + 1, or limit the vocabulary when"
                + " you load the data.");
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
