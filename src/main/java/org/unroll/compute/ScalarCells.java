package org.unroll.compute;

/** The elementwise part of an LSTM or GRU step with tanh and sigmoid, in plain loops. */
final class ScalarCells {
  private ScalarCells() {}

  /** Computes {@link Kernels#lstmBackward}. */
  static void lstmBackward(
      Matrix gateBlock, Matrix before, Matrix active, Matrix dOut, Matrix dCell) {
    int rows = dCell.rows();
    int units = dCell.columns();
    float[] gates = gateBlock.values();
    int gatesOffset = gateBlock.offset();
    float[] cPrevious = before.values();
    int cPreviousOffset = before.offset();
    float[] a = active.values();
    int aOffset = active.offset();
    float[] dh = dOut.values();
    int dhOffset = dOut.offset();
    float[] dc = dCell.values();
    int dcOffset = dCell.offset();
    for (int row = 0; row < rows; row++) {
      int atI = gatesOffset + row * 4 * units;
      int atF = atI + units;
      int atG = atF + units;
      int atO = atG + units;
      int state = row * units;
      for (int j = 0; j < units; j++) {
        float i = gates[atI + j];
        float f = gates[atF + j];
        float g = gates[atG + j];
        float o = gates[atO + j];
        float aj = a[aOffset + state + j];
        float dhj = dh[dhOffset + state + j];
        float dcj = dc[dcOffset + state + j] + dhj * o * (1 - aj * aj);
        gates[atI + j] = dcj * g * i * (1 - i);
        gates[atF + j] = dcj * cPrevious[cPreviousOffset + state + j] * f * (1 - f);
        gates[atG + j] = dcj * i * (1 - g * g);
        gates[atO + j] = dhj * aj * o * (1 - o);
        dc[dcOffset + state + j] = dcj * f;
      }
    }
  }

  /** Computes {@link Kernels#gruBackward}. */
  static void gruBackward(
      Matrix block, Matrix innerBlock, Matrix hBefore, Matrix dOut, Matrix dBefore) {
    int rows = dOut.rows();
    int units = dOut.columns();
    float[] gates = block.values();
    int gatesOffset = block.offset();
    float[] inner = innerBlock.values();
    int innerOffset = innerBlock.offset();
    float[] hPrevious = hBefore.values();
    int hPreviousOffset = hBefore.offset();
    float[] dh = dOut.values();
    int dhOffset = dOut.offset();
    float[] dhPrevious = dBefore.values();
    int dhPreviousOffset = dBefore.offset();
    for (int row = 0; row < rows; row++) {
      int atZ = gatesOffset + row * 3 * units;
      int atR = atZ + units;
      int atG = atR + units;
      int state = row * units;
      int innerRow = innerOffset + state;
      for (int j = 0; j < units; j++) {
        float z = gates[atZ + j];
        float r = gates[atR + j];
        float g = gates[atG + j];
        float dhj = dh[dhOffset + state + j];
        float dz = dhj * (hPrevious[hPreviousOffset + state + j] - g) * z * (1 - z);
        float dg = dhj * (1 - z) * (1 - g * g);
        float dr = dg * inner[innerRow + j] * r * (1 - r);
        gates[atZ + j] = dz;
        gates[atR + j] = dr;
        gates[atG + j] = dg;
        inner[innerRow + j] = dg * r;
        dhPrevious[dhPreviousOffset + state + j] = dhj * z;
      }
    }
  }

  /** Computes {@link Kernels#gruOutput}. */
  static void gruOutput(Matrix block, Matrix hBefore, Matrix out) {
    int rows = out.rows();
    int units = out.columns();
    float[] gates = block.values();
    int gatesOffset = block.offset();
    float[] hPrevious = hBefore.values();
    int hPreviousOffset = hBefore.offset();
    float[] h = out.values();
    int hOffset = out.offset();
    for (int row = 0; row < rows; row++) {
      int z = gatesOffset + row * 3 * units;
      int g = z + 2 * units;
      int before = hPreviousOffset + row * units;
      int to = hOffset + row * units;
      for (int j = 0; j < units; j++) {
        float zj = gates[z + j];
        h[to + j] = zj * hPrevious[before + j] + (1 - zj) * gates[g + j];
      }
    }
  }

  /** Computes {@link Kernels#gruOutputBackward}. */
  static void gruOutputBackward(
      Matrix block, Matrix hBefore, Matrix dOut, Matrix dBlock, Matrix dBefore) {
    int rows = dOut.rows();
    int units = dOut.columns();
    float[] gates = block.values();
    int gatesOffset = block.offset();
    float[] hPrevious = hBefore.values();
    int hPreviousOffset = hBefore.offset();
    float[] dh = dOut.values();
    int dhOffset = dOut.offset();
    float[] gateGradients = dBlock.values();
    int gateGradientsOffset = dBlock.offset();
    float[] dhPrevious = dBefore.values();
    int dhPreviousOffset = dBefore.offset();
    for (int row = 0; row < rows; row++) {
      int z = gatesOffset + row * 3 * units;
      int g = z + 2 * units;
      int dz = gateGradientsOffset + row * 3 * units;
      int dg = dz + 2 * units;
      int state = row * units;
      for (int j = 0; j < units; j++) {
        float zj = gates[z + j];
        float d = dh[dhOffset + state + j];
        gateGradients[dz + j] = d * (hPrevious[hPreviousOffset + state + j] - gates[g + j]);
        gateGradients[dg + j] = d * (1 - zj);
        dhPrevious[dhPreviousOffset + state + j] = d * zj;
      }
    }
  }
}
