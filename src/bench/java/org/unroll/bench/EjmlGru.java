package org.unroll.bench;

import java.util.List;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.unroll.network.Weight;

/** {@link org.unroll.layers.recurrent.Gru} with EJML's products, and the reset gate after the product. */
final class EjmlGru extends EjmlRnn {
  private final FMatrixRMaj[] gates; // z, r, g in adjacent columns, then their gradients
  private final FMatrixRMaj[] inner; // h·U + b′, then its gradients
  private final FMatrixRMaj throughGate;

  EjmlGru(int rows, int timesteps, float[] input, List<Weight> weights) {
    super(rows, timesteps, input, weights);
    gates = matrices(timesteps, 3 * units);
    inner = matrices(timesteps, 3 * units);
    throughGate = new FMatrixRMaj(rows, units);
  }

  @Override
  void forward(int t) {
    CommonOps_FDRM.mult(x[t], kernel, gates[t]);
    addBias(0, gates[t]);
    CommonOps_FDRM.mult(h[t], recurrentKernel, inner[t]);
    addBias(1, inner[t]);
    float[] gate = gates[t].data;
    float[] in = inner[t].data;
    for (int row = 0; row < rows; row++) {
      for (int unit = 0; unit < units; unit++) {
        int z = row * 3 * units + unit;
        int r = z + units;
        int g = r + units;
        gate[z] = sigmoid(gate[z] + in[z]);
        gate[r] = sigmoid(gate[r] + in[r]);
        gate[g] = tanh(gate[g] + gate[r] * in[g]);
        int at = row * units + unit;
        h[t + 1].data[at] = gate[z] * h[t].data[at] + (1 - gate[z]) * gate[g];
      }
    }
  }

  @Override
  void backward(int t) {
    float[] gate = gates[t].data;
    float[] in = inner[t].data;
    for (int row = 0; row < rows; row++) {
      for (int unit = 0; unit < units; unit++) {
        int z = row * 3 * units + unit;
        int r = z + units;
        int g = r + units;
        int at = row * units + unit;
        float d = dh.data[at];
        throughGate.data[at] = d * gate[z];
        float dg = d * (1 - gate[z]) * (1 - gate[g] * gate[g]);
        gate[z] = d * (h[t].data[at] - gate[g]) * gate[z] * (1 - gate[z]);
        float dr = dg * in[g] * gate[r] * (1 - gate[r]);
        in[z] = gate[z];
        in[r] = dr;
        in[g] = dg * gate[r];
        gate[r] = dr;
        gate[g] = dg;
      }
    }
    CommonOps_FDRM.multAddTransA(x[t], gates[t], kernelGradient);
    addToBiasGradient(0, gates[t]);
    CommonOps_FDRM.multAddTransA(h[t], inner[t], recurrentKernelGradient);
    addToBiasGradient(1, inner[t]);
    CommonOps_FDRM.multTransB(inner[t], recurrentKernel, dh);
    CommonOps_FDRM.addEquals(dh, throughGate);
  }
}
