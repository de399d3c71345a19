package org.unroll.network;

import java.util.Map;
import org.unroll.compute.Compute;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.Rnn;

/**
 * One time step of a recurrent layer: the equations and their weights, without the walk through
 * time, which {@link Rnn} does for any cell.
 *
 * <p>A cell takes the input of one step and its states before it, and makes its states after it.
 * The first state is what the layer returns, as in Keras's own cells; a cell that returns something
 * else has it as a first state that it never reads. States begin with zeros.
 *
 * <p>A cell of one's own extends this class: it names its states, creates its weights, and makes
 * {@linkplain CellPass passes} that hold the equations, forward and backward. The cell of the
 * example in Keras's documentation of {@code RNN} is
 *
 * <pre>
 * h_t = x_t·W + h_{t−1}·U
 * </pre>
 *
 * <p>and backwards, with dh_t what comes to h_t from the output and from step t + 1,
 *
 * <pre>
 * dW = Σ x_tᵀ·dh_t      dU = Σ h_{t−1}ᵀ·dh_t      dx_t = dh_t·Wᵀ      dh_{t−1} = dh_t·Uᵀ
 * </pre>
 *
 * <p>which is, on whole batches of rows,
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
 */
public abstract class Cell extends Layer {
  private float[][] transposed = {};

  /**
   * A cell that is not built yet.
   *
   * @param type the class name, for summaries and errors; of a cell that Keras has, Keras's
   */
  protected Cell(String type) {
    super(type);
  }

  /** The name and the shape of each state of one row; the first is what a step returns. */
  @Override
  public abstract Map<String, Shape> stateShapes();

  /** A new cell with the same arguments, without name and weights. */
  public abstract Cell copy();

  /** A new pass over this cell, with buffers of its own. */
  public abstract CellPass newCellPass();

  /** Which of the states is what a step returns. */
  public int outputState() {
    return 0;
  }

  /**
   * What a step returns for an input of this shape; null if the cell does not take it.
   *
   * @param owner the layer that the cell is a part of, for errors
   */
  public Shape stepOutput(Shape input, Layer owner) {
    if (input.rank() != 1 || input.axis(0) == Shape.ANY) {
      return null;
    }
    return stateShapes().values().stream().skip(outputState()).findFirst().orElseThrow();
  }

  /** The input of a layer with this cell, for errors. */
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

  /** The transpose of a weight, as of the last {@link #prepareBackward}. */
  public final float[] transposed(Weight weight) {
    return transposed[weights().indexOf(weight)];
  }

  @Override
  public final Pass newPass() {
    throw new IllegalStateException(isOneStep());
  }

  /** Why a cell is no layer of a model. */
  public final String isOneStep() {
    return describe()
        + " is one time step; rnn(...) makes a layer of it that reads sequences. Write rnn(cell).";
  }
}
