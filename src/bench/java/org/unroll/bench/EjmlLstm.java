package org.unroll.bench;

import java.util.List;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.unroll.network.Weight;

/** {@link org.unroll.layers.recurrent.Lstm} with EJML's products. */
final class EjmlLstm extends EjmlRnn {
  private final FMatrixRMaj[] gates; // i, f, g, o in adjacent columns, then their gradients
  private final FMatrixRMaj[] c;
  private final FMatrixRMaj dc;

  EjmlLstm(int rows, int timesteps, float[] input, List<Weight> weights) {
    super(rows, timesteps, input, weights);
    gates = matrices(timesteps, 4 * units);
    c = matrices(timesteps + 1, units);
    dc = new FMatrixRMaj(rows, units);
  }

  @Override
  void forward(int t) {
    CommonOps_FDRM.mult(x[t], kernel, gates[t]);
    CommonOps_FDRM.multAdd(h[t], recurrentKernel, gates[t]);
    addBias(0, gates[t]);
    float[] gate = gates[t].data;
    for (int row = 0; row < rows; row++) {
      for (int unit = 0; unit < units; unit++) {
        int i = row * 4 * units + unit;
        int f = i + units;
        int g = f + units;
        int o = g + units;
        gate[i] = sigmoid(gate[i]);
        gate[f] = sigmoid(gate[f]);
        gate[g] = tanh(gate[g]);
        gate[o] = sigmoid(gate[o]);
        int at = row * units + unit;
        c[t + 1].data[at] = gate[f] * c[t].data[at] + gate[i] * gate[g];
        h[t + 1].data[at] = gate[o] * tanh(c[t + 1].data[at]);
      }
    }
  }

  @Override
  void backward(int t) {
    if (t == x.length - 1) {
      dc.zero();
    }
    float[] gate = gates[t].data;
    for (int row = 0; row < rows; row++) {
      for (int unit = 0; unit < units; unit++) {
        int i = row * 4 * units + unit;
        int f = i + units;
        int g = f + units;
        int o = g + units;
        int at = row * units + unit;
        float a = tanh(c[t + 1].data[at]);
        float dcAt = dc.data[at] + dh.data[at] * gate[o] * (1 - a * a);
        dc.data[at] = dcAt * gate[f];
        float di = dcAt * gate[g] * gate[i] * (1 - gate[i]);
        float dg = dcAt * gate[i] * (1 - gate[g] * gate[g]);
        gate[f] = dcAt * c[t].data[at] * gate[f] * (1 - gate[f]);
        gate[o] = dh.data[at] * a * gate[o] * (1 - gate[o]);
        gate[i] = di;
        gate[g] = dg;
      }
    }
    CommonOps_FDRM.multAddTransA(x[t], gates[t], kernelGradient);
    CommonOps_FDRM.multAddTransA(h[t], gates[t], recurrentKernelGradient);
    addToBiasGradient(0, gates[t]);
    CommonOps_FDRM.multTransB(gates[t], recurrentKernel, dh);
  }
}
