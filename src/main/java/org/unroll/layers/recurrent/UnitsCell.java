package org.unroll.layers.recurrent;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.network.Cell;
import org.unroll.network.Initializer;

/**
 * The base class of the library's cells: Keras's cells and the variants from the literature. It
 * creates the weights; the subclasses hold the equations. {@link RecurrentOptions} documents the
 * arguments. To write your own cell, extend {@link Cell}.
 *
 * <p>Weights, with the columns of the gates next to each other: {@code kernel} W (features,
 * gates·units), {@code recurrent_kernel} U (units, gates·units), {@code bias} b (gates·units).
 *
 * @param <S> the type of the cell itself, returned by the setters
 */
public abstract class UnitsCell<S extends UnitsCell<S>> extends Cell
    implements RecurrentOptions<S> {
  private RecurrentArguments arguments;

  /**
   * Creates a cell with default arguments.
   *
   * @param type the class name for summaries and errors
   * @hidden
   */
  protected UnitsCell(String type, int units) {
    this(type, new RecurrentArguments(units));
  }

  UnitsCell(String type, RecurrentArguments arguments) {
    super(type);
    requirePositive("units", arguments.units);
    this.arguments = arguments;
  }

  @SuppressWarnings("unchecked") // S is the class itself in all subclasses
  private S self() {
    return (S) this;
  }

  /** {@inheritDoc} */
  @Override
  public abstract S copy();

  /** Gives a new cell copies of the arguments of {@link RecurrentOptions}, and returns it. */
  protected final S copyTo(S copy) {
    ((UnitsCell<?>) copy).arguments = arguments.copy();
    return copy;
  }

  /**
   * {@inheritDoc}
   *
   * @hidden
   */
  @Override
  public final RecurrentArguments arguments() {
    return arguments;
  }

  /**
   * {@inheritDoc}
   *
   * @hidden
   */
  @Override
  public final S set(String option, Consumer<RecurrentArguments> change) {
    requireNotBuilt(option);
    requireOption(option);
    change.accept(arguments);
    return self();
  }

  /**
   * Checks that the cell has an option of {@link RecurrentOptions}; by default it has all.
   *
   * @throws IllegalArgumentException if it does not
   */
  protected void requireOption(String option) {}

  /** Checks that an option is not one of the recurrent kernel, which the cell does not have. */
  protected final void refuseRecurrentOption(String option) {
    if (option.startsWith("recurrent") && !option.equals("recurrentActivation")) {
      throw new IllegalArgumentException(
          option
              + " must not be set because "
              + describe()
              + " has no recurrent kernel. Leave it out.");
    }
  }

  /** Checks that an activation returns as many values as it receives. */
  protected static Activation checkedActivation(String argument, Activation activation) {
    if (activation == Activation.GLU) {
      throw new IllegalArgumentException(
          argument
              + " must return a value for each unit, but was glu, which returns half as many. Use"
              + " another activation, or put activation(\"glu\") after the layer.");
    }
    return activation;
  }

  static double checkedRate(String argument, double rate) {
    return requireRate(argument, rate);
  }

  static int[] checkedPair(String argument, int rows, int columns) {
    return new int[] {requirePositive(argument, rows), requirePositive(argument, columns)};
  }

  /** Receives the cell below this one in a stack. A cell that reads its cell state keeps it. */
  protected void stackOn(Cell below) {}

  /** Returns the number of gates, counting the candidate. */
  protected abstract int gates();

  /** Sets the name of the cell. */
  public S name(String name) {
    setName(name);
    return self();
  }

  @Override
  public Map<String, Shape> stateShapes() {
    return Map.of("h", Shape.of(units()));
  }

  /** Returns the states of a cell that has a cell state c in addition to its output h. */
  protected final Map<String, Shape> hiddenAndCellState() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("h", Shape.of(units()));
    shapes.put("c", Shape.of(units()));
    return shapes;
  }

  /** Returns whether the backward pass needs the inputs of the gates' activations. */
  protected boolean keepsPreActivations() {
    return arguments.activation.derivativeNeedsInput()
        || arguments.recurrentActivation.derivativeNeedsInput();
  }

  /** Returns the number of dropout masks for a sequence: one for each gate, or one for all. */
  int dropoutMasks() {
    return arguments.recurrentDropout > 0 ? gates() : 1;
  }

  /** Returns the number of bias rows: 2 if the state's projection has a separate bias. */
  int biasRows() {
    return 1;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int columns = gates() * units();
    createWeights(Shape.of(input.last(), columns), Shape.of(units(), columns), factory);
  }

  /**
   * Creates the kernel, the recurrent kernel and the bias.
   *
   * @param recurrentKernel the shape of the recurrent kernel; null if the cell has none
   */
  protected final void createWeights(Shape kernel, Shape recurrentKernel, WeightFactory factory) {
    factory.create(
        "kernel",
        kernel,
        arguments.kernelInitializer,
        arguments.kernelRegularizer,
        arguments.kernelConstraint);
    if (recurrentKernel != null) {
      factory.create(
          "recurrent_kernel",
          recurrentKernel,
          recurrentStart(),
          arguments.recurrentRegularizer,
          arguments.recurrentConstraint);
    }
    if (arguments.useBias) {
      Shape bias = Shape.of(gates() * units());
      Shape shape = biasRows() == 1 ? bias : bias.prepend(biasRows());
      factory.create(
          "bias", shape, initialBias(), arguments.biasRegularizer, arguments.biasConstraint);
    }
  }

  /** Returns the initializer of the recurrent kernel, including what the cell does to it. */
  protected Initializer recurrentStart() {
    return arguments.recurrentInitializer;
  }

  /** Returns the initializer of the bias, including {@code unitForgetBias}. */
  protected Initializer initialBias() {
    return arguments.biasInitializer;
  }

  /**
   * Returns the bias initializer, followed by ones in the columns of the forget gate if {@code
   * unitForgetBias} is set.
   *
   * @param gate the position of the forget gate among the gates
   */
  protected final Initializer withForgetBias(int gate) {
    if (!arguments.unitForgetBias) {
      return arguments.biasInitializer;
    }
    int from = gate * units();
    return (values, shape, random) -> {
      arguments.biasInitializer.fill(values, shape, random);
      Arrays.fill(values, from, from + units(), 1f);
    };
  }
}
