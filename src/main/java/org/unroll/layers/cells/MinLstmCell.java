package org.unroll.layers.cells;

import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.LstmCell;
import org.unroll.layers.recurrent.RecurrentOptions;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.network.CellPass;

/**
 * The cell of the minLSTM (Feng et al. 2024): an {@link LstmCell} whose only state is the output.
 * It has no output gate, and its gates and candidate do not read the state. The two gates are
 * divided by their sum. Use it with {@link Rnn}.
 *
 * <pre>
 * f_t = σ(x_t·W_f + b_f)                         forget gate
 * i_t = σ(x_t·W_i + b_i)                         input gate
 * g_t = act(x_t·W_h + b_h)                       candidate
 * a_t = f_t / (f_t + i_t)
 * h_t = a_t ⊙ h_{t−1} + (1 − a_t) ⊙ g_t          output, and state
 * </pre>
 *
 * <p>As for the {@link MinGruCell}, {@link Rnn} computes the gates of all time steps at once and
 * then only the recurrence step by step.
 *
 * <p>Weights, with the columns of the gates in the order f, i, h: {@code kernel} W (features,
 * 3·units), {@code bias} b (3·units). {@link RecurrentOptions} documents the arguments. {@code
 * activation} is {@code linear} by default. There is no recurrent kernel, so its options are
 * refused.
 *
 * <p>The backward pass runs from the last step to the first. dh_t is the gradient of h_t from the
 * output and from step t + 1:
 *
 * <pre>
 * da = dh_t ⊙ (h_{t−1} − g_t) ⊙ a_t ⊙ (1 − a_t)
 * df = da ⊙ (1 − f_t)      di = −da ⊙ (1 − i_t)      dg = dh_t ⊙ (1 − a_t) ⊙ act′
 * dx_t = (df, di, dg)·Wᵀ   dW = Σ x_tᵀ·(df, di, dg)  db = Σ (df, di, dg)
 * dh_{t−1} = dh_t ⊙ a_t
 * </pre>
 *
 * <p>Source: Leo Feng, Frederick Tung, Mohamed Osama Ahmed, Yoshua Bengio, Hossein Hajimirsadeghi,
 * "Were RNNs all we needed?", 2024, arXiv:2410.01201, with the length independence scaling of its
 * section 3.2. {@link MinGruCell} documents the difference of the scan. Keras has no such cell, so
 * it is saved as the custom object {@code unroll>MinLSTMCell}; initializers and dropout are those
 * of Keras's LSTM, but no bias starts with ones.
 */
public final class MinLstmCell extends UnitsCell<MinLstmCell>
    implements RecurrentOptions<MinLstmCell> {
  private static final int CANDIDATE = 2;

  /** A sum of both gates from which their quotient is exact; below, σ(x) is eˣ. */
  private static final float SMALLEST_SUM = 1e-30f;

  /** Creates a cell with the given number of units. */
  public MinLstmCell(int units) {
    super("MinLSTMCell", units);
    activation(Activation.LINEAR);
  }

  @Override
  public MinLstmCell copy() {
    return copyTo(new MinLstmCell(units()));
  }

  @Override
  protected void requireOption(String option) {
    refuseRecurrentOption(option);
  }

  @Override
  protected int gates() {
    return 3;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    createWeights(Shape.of(input.last(), 3 * units()), null, factory);
  }

  @Override
  public CellPass newCellPass() {
    return new MinLstmPass();
  }

  private final class MinLstmPass extends LinearScanPass {
    private final Matrix activated = new Matrix();
    private final Matrix candidate = new Matrix();

    MinLstmPass() {
      super(MinLstmCell.this, activation());
    }

    @Override
    void coefficients(int position, int positions) {
      for (int i = position; i < position + positions; i++) {
        int f = i * columns;
        for (int j = 0; j < units; j++) {
          factor[i * units + j] = gateValues[f + units + j] - gateValues[f + j];
        }
      }
      activated.set(gateValues, position * columns, positions, 2 * units, columns);
      gate(CANDIDATE, position, positions, candidate);
      kernels.activate(Activation.SIGMOID, activated, activated);
      kernels.activate(act, candidate, candidate);
      for (int i = position; i < position + positions; i++) {
        int f = i * columns;
        for (int j = 0; j < units; j++) {
          float forget = gateValues[f + j];
          float sum = forget + gateValues[f + units + j];
          float difference = factor[i * units + j];
          float a =
              sum > SMALLEST_SUM ? forget / sum : (float) (1 / (1 + Math.exp((double) difference)));
          factor[i * units + j] = a;
          summand[i * units + j] = (1 - a) * gateValues[f + 2 * units + j];
        }
      }
    }

    @Override
    void coefficientGradients(int position, int positions, float[] h, int before) {
      for (int i = position; i < position + positions; i++) {
        int f = i * columns;
        int previous = before + (i - position) * units;
        for (int j = 0; j < units; j++) {
          float dh = summand[i * units + j];
          float a = factor[i * units + j];
          float da = dh * (h[previous + j] - gateValues[f + 2 * units + j]) * a * (1 - a);
          summand[i * units + j] = dh * (1 - a);
          gateValues[f + j] = da * (1 - gateValues[f + j]);
          gateValues[f + units + j] = -da * (1 - gateValues[f + units + j]);
        }
      }
      candidateGradients(position, positions);
    }
  }
}
