package org.unroll.layers.recurrent;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.network.Cell;
import org.unroll.network.Initializer;
import org.unroll.network.Initializers;
import org.unroll.network.Regularizer;

/**
 * What the cells with units have in common, Keras's and the variants of the literature: the
 * arguments and the weights. The cells themselves hold the equations.
 *
 * <p>Weights, gates side by side in the columns: {@code kernel} W (features, gates·units), {@code
 * recurrent_kernel} U (units, gates·units), {@code bias} b (gates·units).
 *
 * <p>Dropout is Keras 3's: a mask drawn once for a sequence holds for all its time steps, what is
 * kept is divided by 1 − rate, and nothing is dropped outside of training. With {@code
 * recurrentDropout} above 0, a cell with several gates draws a mask of its own for each, for inputs
 * and states alike; without it, one mask of the inputs serves all gates.
 *
 * @param <S> the cell itself, so that the fluent setters keep its type
 */
public abstract class UnitsCell<S extends UnitsCell<S>> extends Cell {
  private final int units;
  private Activation activation = Activation.TANH;
  private boolean useBias = true;
  private Initializer kernelInitializer = Initializers.glorotUniform();
  private Initializer recurrentInitializer = Initializers.orthogonal();
  private Initializer biasInitializer = Initializers.zeros();
  private Regularizer kernelRegularizer;
  private Regularizer recurrentRegularizer;
  private Regularizer biasRegularizer;
  private double dropout;
  private double recurrentDropout;

  UnitsCell(String type, int units) {
    super(type);
    this.units = requireUnits(units);
  }

  abstract S self();

  /** A new cell of the same type and units, with defaults else. */
  abstract S fresh();

  @Override
  public S copy() {
    UnitsCell<S> copy = fresh();
    copy.activation = activation;
    copy.useBias = useBias;
    copy.kernelInitializer = kernelInitializer;
    copy.recurrentInitializer = recurrentInitializer;
    copy.biasInitializer = biasInitializer;
    copy.kernelRegularizer = kernelRegularizer;
    copy.recurrentRegularizer = recurrentRegularizer;
    copy.biasRegularizer = biasRegularizer;
    copy.dropout = dropout;
    copy.recurrentDropout = recurrentDropout;
    return copy.self();
  }

  /** The number of units: the width of the states and of the output. */
  public final int units() {
    return units;
  }

  /** The number of gates (with the candidate). */
  abstract int gates();

  /** The activation of the candidate and the output; {@code tanh} by default. */
  public S activation(Activation newActivation) {
    requireNotBuilt("activation");
    activation = newActivation;
    return self();
  }

  /** The activation by its Keras name. */
  public S activation(String name) {
    return activation(Activation.of(name));
  }

  /** The activation of the candidate and the output. */
  public final Activation activation() {
    return activation;
  }

  /** Whether b is added; true by default. */
  public S useBias(boolean use) {
    requireNotBuilt("useBias");
    useBias = use;
    return self();
  }

  /** Whether b is added. */
  public final boolean useBias() {
    return useBias;
  }

  /** The first values of W; Glorot uniform by default. */
  public S kernelInitializer(Initializer initializer) {
    requireNotBuilt("kernelInitializer");
    kernelInitializer = initializer;
    return self();
  }

  /** The first values of W. */
  public final Initializer kernelInitializer() {
    return kernelInitializer;
  }

  /** The first values of U; orthogonal by default. */
  public S recurrentInitializer(Initializer initializer) {
    requireNotBuilt("recurrentInitializer");
    recurrentInitializer = initializer;
    return self();
  }

  /** The first values of U. */
  public final Initializer recurrentInitializer() {
    return recurrentInitializer;
  }

  /** The first values of b; zeros by default. */
  public S biasInitializer(Initializer initializer) {
    requireNotBuilt("biasInitializer");
    biasInitializer = initializer;
    return self();
  }

  /** The first values of b, as configured. */
  public final Initializer biasInitializer() {
    return biasInitializer;
  }

  /** A penalty on W; none by default. */
  public S kernelRegularizer(Regularizer regularizer) {
    requireNotBuilt("kernelRegularizer");
    kernelRegularizer = regularizer;
    return self();
  }

  /** The penalty on W, or null. */
  public final Regularizer kernelRegularizer() {
    return kernelRegularizer;
  }

  /** A penalty on U; none by default. */
  public S recurrentRegularizer(Regularizer regularizer) {
    requireNotBuilt("recurrentRegularizer");
    recurrentRegularizer = regularizer;
    return self();
  }

  /** The penalty on U, or null. */
  public final Regularizer recurrentRegularizer() {
    return recurrentRegularizer;
  }

  /** A penalty on b; none by default. */
  public S biasRegularizer(Regularizer regularizer) {
    requireNotBuilt("biasRegularizer");
    biasRegularizer = regularizer;
    return self();
  }

  /** The penalty on b, or null. */
  public final Regularizer biasRegularizer() {
    return biasRegularizer;
  }

  /** The share of the inputs dropped in training, at least 0 and less than 1; 0 by default. */
  public S dropout(double rate) {
    requireNotBuilt("dropout");
    dropout = requireRate("dropout", rate);
    return self();
  }

  /** The share of the inputs dropped in training. */
  public final double dropout() {
    return dropout;
  }

  /**
   * The share of the state dropped on its way into the gates in training, at least 0 and less than
   * 1; 0 by default.
   */
  public S recurrentDropout(double rate) {
    requireNotBuilt("recurrentDropout");
    recurrentDropout = requireRate("recurrentDropout", rate);
    return self();
  }

  /** The share of the state dropped on its way into the gates in training. */
  public final double recurrentDropout() {
    return recurrentDropout;
  }

  /** Sets the name. */
  public S name(String name) {
    setName(name);
    return self();
  }

  @Override
  public Map<String, Shape> stateShapes() {
    return Map.of("h", Shape.of(units));
  }

  /** The states of the cells that keep a cell state c beside their output h. */
  final Map<String, Shape> hiddenAndCellState() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("h", Shape.of(units));
    shapes.put("c", Shape.of(units));
    return shapes;
  }

  /** Whether a backward pass needs what the activations of the gates were applied to. */
  boolean keepsPreActivations() {
    return false;
  }

  /** How many masks dropout draws for a sequence: one for each gate, or one for all. */
  int dropoutMasks() {
    return recurrentDropout > 0 ? gates() : 1;
  }

  /**
   * The number of bias rows: 2 where the state's projection has a bias of its own (GRU, reset
   * after).
   */
  int biasRows() {
    return 1;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int columns = gates() * units;
    factory.create("kernel", Shape.of(input.last(), columns), kernelInitializer, kernelRegularizer);
    factory.create(
        "recurrent_kernel", Shape.of(units, columns), recurrentInitializer, recurrentRegularizer);
    if (useBias) {
      Shape shape = biasRows() == 1 ? Shape.of(columns) : Shape.of(biasRows(), columns);
      factory.create("bias", shape, initialBias(), biasRegularizer);
    }
  }

  /** The first values of b, as the cell wants them. */
  Initializer initialBias() {
    return biasInitializer;
  }

  /** The bias's own initializer, with ones in the {@code units} columns from one on. */
  final Initializer onesAt(int column) {
    return (values, shape, random) -> {
      biasInitializer.fill(values, shape, random);
      Arrays.fill(values, column, column + units, 1f);
    };
  }
}
