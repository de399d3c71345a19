package org.unroll.layers.attention;

import java.util.Arrays;
import java.util.List;
import org.unroll.data.Shape;
import org.unroll.network.Constraint;
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
  private final int numHeads;
  private final int keyDim;
  private int valueDim;
  private boolean useBias = true;
  private Shape outputFeatures; // null for those of the query
  private Initializer kernelInitializer = Initializers.glorotUniform();
  private Initializer biasInitializer = Initializers.zeros();
  private Regularizer kernelRegularizer;
  private Regularizer biasRegularizer;
  private Constraint kernelConstraint;
  private Constraint biasConstraint;
  private final Projection query = new Projection(this, "query");
  private final Projection key = new Projection(this, "key");
  private final Projection value = new Projection(this, "value");
  private final Projection output = new Projection(this, "attention_output");

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

  /** Sets the constraint on the kernels. The default is null, which means no constraint. */
  public MultiHeadAttention kernelConstraint(Constraint constraint) {
    requireNotBuilt("kernelConstraint");
    kernelConstraint = constraint;
    return this;
  }

  /** Returns the constraint on the kernels, which may be null. */
  public Constraint kernelConstraint() {
    return kernelConstraint;
  }

  /** Sets the constraint on the biases. The default is null, which means no constraint. */
  public MultiHeadAttention biasConstraint(Constraint constraint) {
    requireNotBuilt("biasConstraint");
    biasConstraint = constraint;
    return this;
  }

  /** Returns the constraint on the biases, which may be null. */
  public Constraint biasConstraint() {
    return biasConstraint;
  }

  @Override
  public List<Shape> checkInputs(List<Shape> inputs, List<Layer> previous) {
    List<Shape> outputs = super.checkInputs(inputs, previous);
    outputs.set(0, outputFor(inputs.get(0)));
    return outputs;
  }

  /** Returns the shape of one output sample. */
  Shape outputFor(Shape input) {
    if (outputFeatures == null) {
      return input;
    }
    return join(Shape.of(input.axis(0)), outputFeatures);
  }

  /**
   * Returns the projections to query, key, value and output.
   *
   * @hidden
   */
  public List<Projection> projections() {
    return List.of(query, key, value, output);
  }

  @Override
  protected List<Layer> innerLayers() {
    return List.of(query, key, value, output);
  }

  @Override
  protected void createWeights(List<Shape> inputs, WeightFactory factory) {
    int features = inputs.get(0).last();
    Shape last = inputs.get(inputs.size() - 1);
    toHeads(query, inputs.get(0), keyDim);
    toHeads(key, last, keyDim);
    toHeads(value, inputs.get(1), valueDim);
    Shape means = Shape.of(numHeads, valueDim);
    Shape to = outputFeatures == null ? Shape.of(features) : outputFeatures;
    output.shapes(join(means, to), to);
    factory.inner(query, inputs.get(0));
    factory.inner(key, last);
    factory.inner(value, inputs.get(1));
    factory.inner(output, inputs.get(0).withLast(means.size()));
  }

  private void toHeads(Projection projection, Shape input, int dim) {
    Shape heads = Shape.of(numHeads, dim);
    projection.shapes(join(Shape.of(input.last()), heads), heads);
  }

  private static Shape join(Shape first, Shape second) {
    int[] axes = Arrays.copyOf(first.toArray(), first.rank() + second.rank());
    System.arraycopy(second.toArray(), 0, axes, first.rank(), second.rank());
    return Shape.of(axes);
  }

  @Override
  public GraphPass newPass() {
    return new MultiHeadPass(this);
  }
}
