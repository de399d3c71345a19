package org.unroll.network;

import java.util.Map;
import org.unroll.compute.Compute;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.Rnn;

/**
 * One time step of a recurrent layer: the equations and their weights. {@link Rnn} applies a cell
 * to a sequence.
 *
 * <p>A cell computes its new states from the input of one step and its previous states. The initial
 * states are zeros. By default, the first state is also the output, as in Keras's cells; override
 * {@link #outputState()} to return another one. A cell whose output is not fed back declares the
 * output as a state that it never reads.
 *
 * <p>To write your own cell, extend this class: declare the states, create the weights, and return
 * a {@link CellPass} that contains the equations, forward and backward. The example in Keras's
 * documentation of {@code RNN} is the cell
 *
 * <pre>
 * h_t = x_t·W + h_{t−1}·U
 * </pre>
 *
 * <p>In the backward pass, dh_t is the gradient of h_t from the output and from step t + 1:
 *
 * <pre>
 * dW = Σ x_tᵀ·dh_t      dU = Σ h_{t−1}ᵀ·dh_t      dx_t = dh_t·Wᵀ      dh_{t−1} = dh_t·Uᵀ
 * </pre>
 *
 * <p>In code, where each operation processes all rows of a batch:
 *
 * <pre>{@code
 * import java.util.Map;
 * import org.unroll.data.Shape;
 * import org.unroll.network.Cell;
 * import org.unroll.network.CellPass;
 * import org.unroll.network.Gradient;
 * import org.unroll.network.Initializers;
 *
 * class MinimalRnnCell extends Cell {
 *   final int units;
 *
 *   MinimalRnnCell(int units) {
 *     super("MinimalRNNCell");
 *     this.units = units;
 *   }
 *
 *   @Override
 *   public MinimalRnnCell copy() {
 *     return new MinimalRnnCell(units);
 *   }
 *
 *   @Override
 *   public Map<String, Shape> stateShapes() {
 *     return Map.of("h", Shape.of(units));
 *   }
 *
 *   @Override
 *   protected void createWeights(Shape input, WeightFactory factory) {
 *     factory.create("kernel", Shape.of(input.last(), units), Initializers.glorotUniform(), null);
 *     factory.create("recurrent_kernel", Shape.of(units, units), Initializers.orthogonal(), null);
 *   }
 *
 *   @Override
 *   public CellPass newCellPass() {
 *     return new CellPass() {
 *       @Override
 *       public void forward(int k) {
 *         multiply(input(), k, weights().get(0), state(0), k + 1); // h_t  = x_t·W
 *         multiplyAdd(state(0), k, weights().get(1), state(0), k + 1); // h_t += h_{t−1}·U
 *       }
 *
 *       @Override
 *       public void backward(int k, Gradient[] gradients) {
 *         float[] dh = takeStateGradient(0);
 *         addWeightGradient(input(), k, dh, gradients[0]); // dW += x_tᵀ·dh_t
 *         addWeightGradient(state(0), k, dh, gradients[1]); // dU += h_{t−1}ᵀ·dh_t
 *         addInputGradient(k, dh, weights().get(0)); // dx_t = dh_t·Wᵀ
 *         addStateGradient(0, dh, weights().get(1)); // dh_{t−1} = dh_t·Uᵀ
 *       }
 *     };
 *   }
 * }
 *
 * var minimal = Sequential.of(input(240, 14), rnn(new MinimalRnnCell(32)), dense(1));
 * }</pre>
 *
 * <p>Further building blocks:
 *
 * <ul>
 *   <li>Several states: return an ordered map from {@link #stateShapes()}, for example a {@code
 *       LinkedHashMap}. {@code Map.of} has no defined order.
 *   <li>Dropout of the input or of a state, with one mask per sequence: {@link CellPass#dropout}.
 *   <li>Values for {@code model.record(…)}, such as gates: {@link CellPass#recorded()}.
 *   <li>A penalty on a weight, or a weight that is not trained: {@link
 *       Layer.WeightFactory#create(String, Shape, Initializer, Regularizer) create} and {@link
 *       Layer.WeightFactory#createNonTrainable createNonTrainable} in {@link #createWeights}.
 * </ul>
 *
 * <p>To save a model with a cell of your own, register its class with {@code
 * org.unroll.keras.CustomObjects}.
 */
public abstract class Cell extends Layer {
  private float[][] transposed = {};

  /**
   * Creates a cell without weights; the layer around it builds it.
   *
   * @param type the class name for summaries and errors; Keras's name if Keras has the cell
   */
  protected Cell(String type) {
    super(type);
  }

  /**
   * Returns the name and the shape of each state of one row, in order. {@link CellPass#state(int)}
   * numbers the states in this order.
   */
  @Override
  public abstract Map<String, Shape> stateShapes();

  /**
   * Returns a new cell with the same arguments, without name and weights. {@code Bidirectional}
   * uses it for the layer of the other direction.
   */
  public abstract Cell copy();

  /** Returns a new pass over this cell, with its own buffers. Called after the cell is built. */
  public abstract CellPass newCellPass();

  /** Returns the number of the state that is the output of a step; 0 by default. */
  public int outputState() {
    return 0;
  }

  /**
   * Returns the shape of the output of a step, or null if the cell does not accept the input. By
   * default, a cell accepts vectors and returns the shape of its {@linkplain #outputState() output
   * state}.
   *
   * @param input the shape of the input of one row at one step
   * @param owner the layer around the cell, for errors
   */
  public Shape stepOutput(Shape input, Layer owner) {
    if (input.rank() != 1 || input.axis(0) == Shape.ANY) {
      return null;
    }
    return stateShapes().values().stream().skip(outputState()).findFirst().orElseThrow();
  }

  /** Returns the shape of the input that a layer with this cell needs, for errors. */
  public String layerInput() {
    return BATCH_TIME_FEATURES;
  }

  @Override
  public final Shape checkInput(Shape input, Layer previous) {
    return stepOutput(input, previous); // the layer around the cell has checked it
  }

  @Override
  public void prepareBackward() {
    if (transposed.length == 0) {
      transposed = new float[weights().size()][];
    }
    for (int w = 0; w < transposed.length; w++) {
      Weight weight = weights().get(w);
      if (weight.shape().rank() < 2) {
        continue;
      }
      if (transposed[w] == null) {
        transposed[w] = new float[weight.size()];
      }
      int columns = weight.shape().last();
      Compute.kernels()
          .transpose(weight.size() / columns, columns, weight.values(), 0, transposed[w], 0);
    }
  }

  /** Returns the transpose of a weight at the time of the last {@link #prepareBackward}. */
  final float[] transposed(Weight weight) {
    return transposed[weights().indexOf(weight)];
  }

  @Override
  public final Pass newPass() {
    throw new IllegalStateException(isOneStep());
  }

  /**
   * Returns the error message for a cell in the place of a layer.
   *
   * @hidden
   */
  public final String isOneStep() {
    return describe()
        + " is a cell, which computes one time step, but a layer is needed here. Write rnn(cell) to"
        + " apply the cell to sequences.";
  }
}
