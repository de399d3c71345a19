package org.unroll.layers.cells;

import java.util.List;
import org.unroll.compute.Activation;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.GruCell;
import org.unroll.layers.recurrent.RecurrentOptions;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.network.CellPass;

/**
 * The cell of the minGRU (Feng et al. 2024): a {@link GruCell} without a reset gate, whose gate and
 * candidate do not read the state. Use it with {@link Rnn}.
 *
 * <pre>
 * z_t = σ(x_t·W_z + b_z)                         update gate
 * g_t = act(x_t·W_h + b_h)                       candidate
 * h_t = (1 − z_t) ⊙ h_{t−1} + z_t ⊙ g_t          output, and state
 * </pre>
 *
 * <p>Given the gates, the state is a linear recurrence. {@link Rnn} computes the gates of all time
 * steps at once and then only the recurrence step by step. A {@code Stepper} computes the same one
 * step at a time.
 *
 * <p>Weights, with the columns of z before those of h: {@code kernel} W (features, 2·units), {@code
 * bias} b (2·units). {@link RecurrentOptions} documents the arguments. {@code activation} is {@code
 * linear} by default. There is no recurrent kernel, so its options are refused.
 *
 * <p>The backward pass runs from the last step to the first. dh_t is the gradient of h_t from the
 * output and from step t + 1:
 *
 * <pre>
 * dz = dh_t ⊙ (g_t − h_{t−1}) ⊙ σ′      dg = dh_t ⊙ z_t ⊙ act′      dh_{t−1} = dh_t ⊙ (1 − z_t)
 * dx_t = (dz, dg)·Wᵀ                    dW = Σ x_tᵀ·(dz, dg)        db = Σ (dz, dg)
 * </pre>
 *
 * <p>Source: Leo Feng, Frederick Tung, Mohamed Osama Ahmed, Yoshua Bengio, Hossein Hajimirsadeghi,
 * "Were RNNs all we needed?", 2024, arXiv:2410.01201. The paper computes the recurrence with a
 * parallel scan over time, in its second version in log space, which needs positive candidates
 * (log_g instead of act). The loop over time needs the fewest operations and no positive
 * candidates. Keras has no such cell, so it is saved as the custom object {@code
 * unroll>MinGRUCell}; initializers and dropout are those of Keras's GRU.
 */
public final class MinGruCell extends UnitsCell<MinGruCell>
    implements RecurrentOptions<MinGruCell> {
  private static final int UPDATE = 0;
  private static final int CANDIDATE = 1;

  /** Creates a cell with the given number of units. */
  public MinGruCell(int units) {
    super("MinGRUCell", units);
    activation(Activation.LINEAR);
  }

  @Override
  public MinGruCell copy() {
    return copyTo(new MinGruCell(units()));
  }

  @Override
  protected void requireOption(String option) {
    refuseRecurrentOption(option);
  }

  @Override
  protected int gates() {
    return 2;
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    createWeights(Shape.of(input.last(), 2 * units()), null, factory);
  }

  @Override
  public CellPass newCellPass() {
    return new MinGruPass();
  }

  private final class MinGruPass extends LinearScanPass {
    private final Matrix gate = new Matrix();
    private final Matrix candidate = new Matrix();
    private final Matrix result = new Matrix();

    MinGruPass() {
      super(MinGruCell.this, activation());
    }

    @Override
    protected List<String> gateNames() {
      return List.of("z", "g");
    }

    @Override
    void coefficients(int position, int positions) {
      gate(UPDATE, position, positions, gate);
      gate(CANDIDATE, position, positions, candidate);
      kernels.activate(Activation.SIGMOID, gate, gate);
      kernels.activate(act, candidate, candidate);
      result.set(summand, position * units, positions, units);
      kernels.multiplyElements(gate, candidate, result, false);
      for (int i = position; i < position + positions; i++) {
        int z = i * columns;
        for (int j = 0; j < units; j++) {
          factor[i * units + j] = 1 - gateValues[z + j];
        }
      }
    }

    @Override
    void coefficientGradients(int position, int positions, float[] h, int before) {
      for (int i = position; i < position + positions; i++) {
        int z = i * columns;
        int previous = before + (i - position) * units;
        for (int j = 0; j < units; j++) {
          float dh = summand[i * units + j];
          float update = gateValues[z + j];
          float difference = gateValues[z + units + j] - h[previous + j];
          summand[i * units + j] = dh * update;
          gateValues[z + j] = dh * difference * update * (1 - update);
        }
      }
      candidateGradients(position, positions);
    }
  }
}
