package org.unroll.layers.attention;

import java.util.List;
import org.unroll.compute.Compute;
import org.unroll.data.Shape;
import org.unroll.network.GraphPass;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Layer;
import org.unroll.network.Regularizer;

/**
 * Scaled dot-product attention of several heads on projections of the inputs, as Keras's {@code
 * MultiHeadAttention}.
 *
 * <pre>
 * Q = q·Wq + bq      K = k·Wk + bk      V = v·Wv + bv
 * α[i] = softmax(Q[i]·K[j] / √keyDim) over the keys j, for each head
 * y[i] = (Σ α[i, j]·V[j] of all heads)·Wo + bo
 * </pre>
 *
 * <p>{@link AttentionLayer} describes the inputs. Output: (batch, queries, features), with as many
 * features as the query unless {@link #outputShape(int...)} is set. The returned weights α are
 * (batch, heads, queries, keys), without dropout. The masks of query, value and key are used. As in
 * Keras, if all values of a query are masked, their weights are equal, or 0 if the layer has
 * dropout or returns the weights.
 *
 * <p>Weights: {@code query/kernel} Wq and {@code key/kernel} Wk (features, heads, keyDim), {@code
 * value/kernel} Wv (features, heads, valueDim), {@code attention_output/kernel} Wo (heads,
 * valueDim, features), and the biases {@code query/bias}, {@code key/bias}, {@code value/bias}
 * (heads, dim) and {@code attention_output/bias} (features).
 *
 * <p>Backward pass: that of {@link Attention} for each head, between those of the projections,
 * which are the same as in {@code Dense}.
 *
 * <p>Source: Vaswani et al. 2017, "Attention is all you need"; Keras 3, {@code
 * keras.layers.MultiHeadAttention}. Keras can also attend over several axes, restrict the distance
 * of a query and a key, and gate the output; this layer does not.
 */
public final class MultiHeadAttention extends AttentionLayer<MultiHeadAttention> {
  /** Keras's names of the projections, in the order of their weights. */
  static final List<String> PROJECTIONS = List.of("query", "key", "value", "attention_output");

  private final int numHeads;
  private final int keyDim;
  private int valueDim;
  private boolean useBias = true;
  private Shape outputFeatures; // null for those of the query
  private Initializer kernelInitializer = Initializers.glorotUniform();
  private Initializer biasInitializer = Initializers.zeros();
  private Regularizer kernelRegularizer;
  private Regularizer biasRegularizer;
  private float[][] transposed; // the kernels

  /**
   * Creates the layer. See {@code Layers.multiHeadAttention}.
   *
   * @param numHeads the number of heads
   * @param keyDim the length of a query and a key of one head
   * @throws IllegalArgumentException if an argument is less than 1
   */
  public MultiHeadAttention(int numHeads, int keyDim) {
    super("MultiHeadAttention");
    this.numHeads = requirePositive("numHeads", numHeads);
    this.keyDim = requirePositive("keyDim", keyDim);
    valueDim = keyDim;
  }

  @Override
  MultiHeadAttention self() {
    return this;
  }

  @Override
  Shape scoresShape(int queries, int keys) {
    return Shape.of(numHeads, queries, keys);
  }

  /** Returns the number of heads. */
  public int numHeads() {
    return numHeads;
  }

  /** Returns the length of a query and a key of one head. */
  public int keyDim() {
    return keyDim;
  }

  /**
   * Sets the length of a value of one head. The default is keyDim.
   *
   * @throws IllegalArgumentException if it is less than 1
   */
  public MultiHeadAttention valueDim(int length) {
    requireNotBuilt("valueDim");
    valueDim = requirePositive("valueDim", length);
    return this;
  }

  /** Returns the length of a value of one head. */
  public int valueDim() {
    return valueDim;
  }

  /** Sets whether the projections have biases. The default is true. */
  public MultiHeadAttention useBias(boolean use) {
    requireNotBuilt("useBias");
    useBias = use;
    return this;
  }

  /** Returns whether the projections have biases. */
  public boolean useBias() {
    return useBias;
  }

  /**
   * Sets the axes of the output after the time axis. The default is one axis with as many features
   * as the query.
   *
   * @throws IllegalArgumentException if there is no axis, or if one is less than 1
   */
  public MultiHeadAttention outputShape(int... axes) {
    requireNotBuilt("outputShape");
    for (int axis : axes) {
      requirePositive("outputShape", axis);
    }
    requirePositive("The number of axes in outputShape", axes.length);
    outputFeatures = Shape.of(axes);
    return this;
  }

  /** Returns the axes of the output after the time axis; null for the features of the query. */
  public Shape outputFeatures() {
    return outputFeatures;
  }

  /** Sets the initializer of the kernels. The default is {@link Initializers#glorotUniform()}. */
  public MultiHeadAttention kernelInitializer(Initializer initializer) {
    requireNotBuilt("kernelInitializer");
    kernelInitializer = initializer;
    return this;
  }

  /** Returns the initializer of the kernels. */
  public Initializer kernelInitializer() {
    return kernelInitializer;
  }

  /** Sets the initializer of the biases. The default is {@link Initializers#zeros()}. */
  public MultiHeadAttention biasInitializer(Initializer initializer) {
    requireNotBuilt("biasInitializer");
    biasInitializer = initializer;
    return this;
  }

  /** Returns the initializer of the biases. */
  public Initializer biasInitializer() {
    return biasInitializer;
  }

  /** Sets the penalty on the kernels. The default is null, which means no penalty. */
  public MultiHeadAttention kernelRegularizer(Regularizer regularizer) {
    requireNotBuilt("kernelRegularizer");
    kernelRegularizer = regularizer;
    return this;
  }

  /** Returns the penalty on the kernels, which may be null. */
  public Regularizer kernelRegularizer() {
    return kernelRegularizer;
  }

  /** Sets the penalty on the biases. The default is null, which means no penalty. */
  public MultiHeadAttention biasRegularizer(Regularizer regularizer) {
    requireNotBuilt("biasRegularizer");
    biasRegularizer = regularizer;
    return this;
  }

  /** Returns the penalty on the biases, which may be null. */
  public Regularizer biasRegularizer() {
    return biasRegularizer;
  }

  @Override
  public List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous) {
    List<Shape> outputs = super.checkInputs(inputs, previous);
    outputs.set(0, outputFor(inputs.get(0)));
    return outputs;
  }

  /** Returns the shape of one output sample. */
  Shape outputFor(Shape query) {
    if (outputFeatures == null) {
      return query;
    }
    int[] axes = new int[1 + outputFeatures.rank()];
    axes[0] = query.axis(0);
    System.arraycopy(outputFeatures.toArray(), 0, axes, 1, outputFeatures.rank());
    return Shape.of(axes);
  }

  @Override
  protected void createWeights(List<Shape> inputs, WeightFactory factory) {
    int query = inputs.get(0).last();
    int key = inputs.get(inputs.size() - 1).last();
    int[] output = outputFeatures == null ? new int[] {query} : outputFeatures.toArray();
    project(factory, "query", new int[] {query}, numHeads, keyDim);
    project(factory, "key", new int[] {key}, numHeads, keyDim);
    project(factory, "value", new int[] {inputs.get(1).last()}, numHeads, valueDim);
    project(factory, "attention_output", new int[] {numHeads, valueDim}, output);
    transposed = new float[PROJECTIONS.size()][];
    for (int i = 0; i < transposed.length; i++) {
      transposed[i] = new float[kernel(i).length];
    }
  }

  private void project(WeightFactory factory, String name, int[] from, int... to) {
    int[] axes = new int[from.length + to.length];
    System.arraycopy(from, 0, axes, 0, from.length);
    System.arraycopy(to, 0, axes, from.length, to.length);
    factory.create(name + "/kernel", Shape.of(axes), kernelInitializer, kernelRegularizer);
    if (useBias) {
      factory.create(name + "/bias", Shape.of(to), biasInitializer, biasRegularizer);
    }
  }

  /** Returns the index of the kernel of a projection among the weights; its bias is the next. */
  int kernelIndex(int projection) {
    return projection * (useBias ? 2 : 1);
  }

  /** Returns the kernel of a projection. */
  float[] kernel(int projection) {
    return weights().get(kernelIndex(projection)).values();
  }

  /** Returns the transposed kernel of a projection. */
  float[] transposed(int projection) {
    return transposed[projection];
  }

  /** Returns the number of outputs of a projection. */
  int width(int projection) {
    return switch (projection) {
      case 0, 1 -> numHeads * keyDim;
      case 2 -> numHeads * valueDim;
      default -> transposed[projection].length / (numHeads * valueDim);
    };
  }

  @Override
  public void prepareBackward() {
    for (int i = 0; i < transposed.length; i++) {
      int columns = width(i);
      int rows = transposed[i].length / columns;
      Compute.kernels().transpose(rows, columns, kernel(i), 0, transposed[i], 0);
    }
  }

  @Override
  public GraphPass newPass() {
    return new MultiHeadPass(this);
  }
}
