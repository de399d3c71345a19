package org.unroll.layers.recurrent;

import java.util.Map;
import org.unroll.data.Shape;
import org.unroll.network.Cell;
import org.unroll.network.Layer;
import org.unroll.network.Pass;
import org.unroll.network.Regularizer;

/**
 * A layer that applies a {@link Cell} to each time step of a sequence: the base class of {@link
 * SimpleRnn}, {@link Lstm}, {@link Gru}, {@link ConvLstm1D}, {@link ConvLstm2D} and {@link Rnn}.
 * The cell contains the equations of one step; {@code RecurrentPass} contains the loop over the
 * time steps.
 *
 * <p>Input (batch, time, features). Output (batch, units), which is the output of the last step, or
 * (batch, time, units) with {@link #returnSequences(boolean)}. The weights are those of the cell. A
 * masked time step keeps the states and repeats the previous output.
 *
 * @param <S> the type of the layer itself, returned by the setters
 */
public abstract class RecurrentLayer<S extends RecurrentLayer<S>> extends Layer {
  private SequenceArguments arguments = new SequenceArguments();

  /**
   * The arguments of the loop over time. A clone, so a new field is copied without another line.
   */
  private static final class SequenceArguments implements Cloneable {
    private boolean returnSequences;
    private boolean goBackwards;
    private boolean zeroOutputForMask;
    private boolean stateful;
    private boolean returnState;

    SequenceArguments copy() {
      try {
        return (SequenceArguments) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }

  RecurrentLayer(String type) {
    super(type);
  }

  /** Returns the cell that computes one time step. */
  public abstract Cell cell();

  @SuppressWarnings(
      "unchecked") // S is the class itself in all subclasses, which are in this package
  final S self() {
    return (S) this;
  }

  /** Returns a new layer around a copy of the cell, with default arguments otherwise. */
  abstract S withCopiedCell();

  /** Returns a new layer with the same arguments, without name and weights. */
  final S copy() {
    RecurrentLayer<S> copy = withCopiedCell();
    copy.arguments = arguments.copy();
    copy.setActivityRegularizer(activityRegularizer());
    return copy.self();
  }

  /**
   * Sets whether the layer returns the outputs of all time steps instead of the last one; false by
   * default.
   */
  public S returnSequences(boolean all) {
    requireNotBuilt("returnSequences");
    arguments.returnSequences = all;
    return self();
  }

  /** Returns whether the layer returns the outputs of all time steps. */
  public final boolean returnSequences() {
    return arguments.returnSequences;
  }

  /**
   * Sets whether the layer reads the sequence from its end; false by default. As in Keras, outputs
   * are in the order of reading, so with {@link #returnSequences(boolean)} the first output belongs
   * to the last input.
   */
  public S goBackwards(boolean backwards) {
    requireNotBuilt("goBackwards");
    arguments.goBackwards = backwards;
    return self();
  }

  /** Returns whether the layer reads the sequence from its end. */
  public final boolean goBackwards() {
    return arguments.goBackwards;
  }

  /**
   * Sets whether a masked time step returns zeros instead of the previous output; false by default.
   */
  public S zeroOutputForMask(boolean zero) {
    requireNotBuilt("zeroOutputForMask");
    arguments.zeroOutputForMask = zero;
    return self();
  }

  /** Returns whether a masked time step returns zeros. */
  public final boolean zeroOutputForMask() {
    return arguments.zeroOutputForMask;
  }

  /**
   * Sets whether row i of a batch starts with the final state of row i of the previous batch; false
   * by default. This holds in training, evaluation and prediction, until the states are reset.
   * Gradients stop at the start of a batch. The model must have a fixed batch size, {@code
   * input(…).batchSize(n)}.
   */
  public S stateful(boolean keep) {
    requireNotBuilt("stateful");
    arguments.stateful = keep;
    return self();
  }

  /** Returns whether a batch starts with the final states of the previous one. */
  @Override
  public final boolean stateful() {
    return arguments.stateful;
  }

  /**
   * Sets whether the layer returns its final states in addition to its output; false by default. In
   * a {@code Model} the states are nodes, which other layers can read. In a {@code Sequential} only
   * the last layer can return its states, and such a model can predict but cannot be trained.
   */
  public S returnState(boolean states) {
    requireNotBuilt("returnState");
    arguments.returnState = states;
    return self();
  }

  /** Returns whether the layer returns its final states in addition to its output. */
  @Override
  public final boolean returnState() {
    return arguments.returnState;
  }

  @Override
  public Map<String, Shape> stateShapes() {
    return cell().stateShapes();
  }

  @Override
  protected final boolean worksStepByStep() {
    return !goBackwards();
  }

  /**
   * Sets the penalty on the output, divided by the rows of a batch; none, which is null, by
   * default.
   */
  public S activityRegularizer(Regularizer regularizer) {
    setActivityRegularizer(regularizer);
    return self();
  }

  /** Sets the name of the layer. */
  public S name(String name) {
    setName(name);
    return self();
  }

  @Override
  public Shape checkInput(Shape input, Layer previous) {
    Shape output = input.rank() < 2 ? null : cell().stepOutput(input.dropFirst(), this);
    if (output == null) {
      throw wrongInput(cell().layerInput(), input, previous);
    }
    return returnSequences() ? output.prepend(input.axis(0)) : output;
  }

  @Override
  public String describeOutput(Shape output) {
    return returnSequences() || output.rank() > 1 ? super.describeOutput(output) : "(batch, units)";
  }

  @Override
  protected String fixFor(Shape output, String needed) {
    if (needed.equals(BATCH_TIME_FEATURES) && !returnSequences()) {
      return "Set returnSequences on '" + displayName() + "'";
    }
    return super.fixFor(output, needed);
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    factory.cell(cell(), input.dropFirst());
  }

  @Override
  public void prepareBackward() {
    cell().prepareBackward();
  }

  @Override
  public final Pass newPass() {
    return new RecurrentPass(this);
  }
}
