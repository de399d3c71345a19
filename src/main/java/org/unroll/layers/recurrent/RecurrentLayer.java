package org.unroll.layers.recurrent;

import java.util.Map;
import org.unroll.data.Shape;
import org.unroll.network.Cell;
import org.unroll.network.Layer;
import org.unroll.network.Pass;

/**
 * A layer that runs a {@link Cell} over time, Keras's {@code RNN}: what {@link SimpleRnn}, {@link
 * Lstm}, {@link Gru} and {@link Rnn} have in common. The walk through the time steps stands in
 * {@link RecurrentPass}, the equations of one step in the cells.
 *
 * <p>Input (batch, time, features); output (batch, units), the last step's, or (batch, time, units)
 * with {@link #returnSequences}. The weights are those of the cell. A time step that is masked
 * leaves the states alone and repeats the output before it.
 *
 * @param <S> the layer itself, so that the fluent setters keep its type
 */
public abstract class RecurrentLayer<S extends RecurrentLayer<S>> extends Layer {
  private boolean returnSequences;
  private boolean goBackwards;
  private boolean zeroOutputForMask;
  private boolean stateful;
  private boolean returnState;

  RecurrentLayer(String type) {
    super(type);
  }

  /** The cell that makes one time step. */
  public abstract Cell cell();

  abstract S self();

  /** A new layer around a copy of the cell, with defaults else. */
  abstract S fresh();

  /** A new layer with the same configuration, without name and weights. */
  S copy() {
    RecurrentLayer<S> copy = fresh();
    copy.returnSequences = returnSequences;
    copy.goBackwards = goBackwards;
    copy.zeroOutputForMask = zeroOutputForMask;
    copy.stateful = stateful;
    copy.returnState = returnState;
    return copy.self();
  }

  /** Whether the output has all time steps instead of the last one; false by default. */
  public S returnSequences(boolean all) {
    requireNotBuilt("returnSequences");
    returnSequences = all;
    return self();
  }

  /** Whether the output has all time steps. */
  public final boolean returnSequences() {
    return returnSequences;
  }

  /**
   * Whether the sequence is read from its end; false by default. With {@link #returnSequences} the
   * output is in the order of reading, so its first step belongs to the last input, as in Keras.
   */
  public S goBackwards(boolean backwards) {
    requireNotBuilt("goBackwards");
    goBackwards = backwards;
    return self();
  }

  /** Whether the sequence is read from its end. */
  public final boolean goBackwards() {
    return goBackwards;
  }

  /** Whether a masked time step returns zeros instead of the output before it; false by default. */
  public S zeroOutputForMask(boolean zero) {
    requireNotBuilt("zeroOutputForMask");
    zeroOutputForMask = zero;
    return self();
  }

  /** Whether a masked time step returns zeros. */
  public final boolean zeroOutputForMask() {
    return zeroOutputForMask;
  }

  /**
   * Whether row i of a batch goes on where row i of the batch before ended, in training, evaluation
   * and prediction alike, until the states are reset; false by default. Gradients end at the
   * beginning of a batch. The model then has a fixed batch size, {@code input(…).batchSize(n)}.
   */
  public S stateful(boolean keep) {
    requireNotBuilt("stateful");
    stateful = keep;
    return self();
  }

  @Override
  public final boolean stateful() {
    return stateful;
  }

  /**
   * Whether the layer returns its last states beside its output; false by default. Only the last
   * layer of a model can, and such a model predicts but is not trained.
   */
  public S returnState(boolean states) {
    requireNotBuilt("returnState");
    returnState = states;
    return self();
  }

  @Override
  public final boolean returnState() {
    return returnState;
  }

  @Override
  public Map<String, Shape> stateShapes() {
    return cell().stateShapes();
  }

  @Override
  protected final boolean worksStepByStep() {
    return !goBackwards;
  }

  /** Sets the name. */
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
    return returnSequences ? output.prepend(input.axis(0)) : output;
  }

  @Override
  public String describeOutput(Shape output) {
    return returnSequences || output.rank() > 1 ? super.describeOutput(output) : "(batch, units)";
  }

  @Override
  protected String fixFor(Shape output, String needed) {
    if (needed.equals(BATCH_TIME_FEATURES) && !returnSequences) {
      return "Set returnSequences on '" + name() + "'";
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
