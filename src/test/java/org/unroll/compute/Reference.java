package org.unroll.compute;

import org.apache.commons.math3.special.Erf;

/** The reference: the same formulas in double precision, one element at a time. */
final class Reference {
  private static final double SELU_SCALE = 1.05070098;
  private static final double SELU_ALPHA = 1.67326324;

  private Reference() {}

  /** Returns f(x) for every activation that works element by element. */
  static double activation(Activation f, double x) {
    return switch (f) {
      case LINEAR -> x;
      case RELU -> Math.max(x, 0);
      case TANH -> Math.tanh(x);
      case SIGMOID -> sigmoid(x);
      case ELU -> x > 0 ? x : Math.expm1(x);
      case SELU -> SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x));
      case GELU -> x * 0.5 * Erf.erfc(-x / Math.sqrt(2));
      case SOFTPLUS -> x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
      case SOFTSIGN -> x / (1 + Math.abs(x));
      case HARD_SIGMOID -> Math.min(Math.max(x + 3, 0), 6) / 6;
      case HARD_SIGMOID_KERAS2 -> Math.min(Math.max(0.2 * x + 0.5, 0), 1);
      case SILU -> x * sigmoid(x);
      case EXPONENTIAL -> Math.exp(x);
      case LEAKY_RELU -> x > 0 ? x : 0.2 * x;
      case RELU6 -> Math.max(0, Math.min(6, x));
      case CELU -> Math.max(x, 0) + Math.expm1(Math.min(x, 0));
      case MISH -> x * Math.tanh(activation(Activation.SOFTPLUS, x));
      case HARD_SILU -> x * activation(Activation.HARD_SIGMOID, x);
      case HARD_TANH -> Math.max(-1, Math.min(1, x));
      case HARD_SHRINK -> Math.abs(x) > 0.5 ? x : 0;
      case SOFT_SHRINK -> Math.signum(x) * Math.max(Math.abs(x) - 0.5, 0);
      case TANH_SHRINK -> x - Math.tanh(x);
      case LOG_SIGMOID -> -activation(Activation.SOFTPLUS, -x);
      case SQUAREPLUS -> (x + Math.hypot(x, 2)) / 2;
      case SPARSE_PLUS -> x > 1 ? x : Math.pow(Math.max(x + 1, 0), 2) / 4;
      case SPARSE_SIGMOID -> Math.max(0, Math.min(1, 0.5 + 0.5 * x));
      case SOFTMAX, LOG_SOFTMAX, SPARSEMAX, GLU -> throw new IllegalArgumentException("row by row");
    };
  }

  /** Returns f'(x) from its formula. In the tails, finite differences would lose their digits. */
  static double derivative(Activation f, double x) {
    return switch (f) {
      case LINEAR -> 1;
      case RELU -> x > 0 ? 1 : 0;
      case TANH -> 1 / (Math.cosh(x) * Math.cosh(x));
      case SIGMOID -> sigmoid(x) * sigmoid(-x);
      case ELU -> x > 0 ? 1 : Math.exp(x);
      case SELU -> SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x));
      case GELU ->
          0.5 * Erf.erfc(-x / Math.sqrt(2)) + x * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
      case SOFTPLUS -> sigmoid(x);
      case SOFTSIGN -> 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x)));
      case HARD_SIGMOID -> Math.abs(x) < 3 ? 1.0 / 6 : 0;
      case HARD_SIGMOID_KERAS2 -> Math.abs(x) < 2.5 ? 0.2 : 0;
      case SILU -> sigmoid(x) * (1 + x * sigmoid(-x));
      case EXPONENTIAL -> Math.exp(x);
      case LEAKY_RELU -> x > 0 ? 1 : 0.2;
      case RELU6 -> x > 0 && x < 6 ? 1 : 0;
      case CELU -> Math.exp(Math.min(x, 0));
      case MISH -> {
        double t = Math.tanh(activation(Activation.SOFTPLUS, x));
        yield t + x * sigmoid(x) * (1 - t * t);
      }
      case HARD_SILU -> Math.abs(x) < 3 ? x / 3 + 0.5 : x > 0 ? 1 : 0;
      case HARD_TANH -> Math.abs(x) < 1 ? 1 : 0;
      case HARD_SHRINK, SOFT_SHRINK -> Math.abs(x) > 0.5 ? 1 : 0;
      case TANH_SHRINK -> Math.pow(Math.tanh(x), 2);
      case LOG_SIGMOID -> sigmoid(-x);
      case SQUAREPLUS -> (1 + x / Math.hypot(x, 2)) / 2;
      case SPARSE_PLUS -> Math.max(0, Math.min(1, (x + 1) / 2));
      case SPARSE_SIGMOID -> Math.abs(x) < 1 ? 0.5 : 0;
      case SOFTMAX, LOG_SOFTMAX, SPARSEMAX, GLU -> throw new IllegalArgumentException("row by row");
    };
  }

  static double sigmoid(double x) {
    return x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x));
  }

  static double[] softmax(double[] x) {
    double max = Double.NEGATIVE_INFINITY;
    for (double v : x) {
      max = Math.max(max, v);
    }
    double sum = 0;
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = Math.exp(x[i] - max);
      sum += y[i];
    }
    for (int i = 0; i < x.length; i++) {
      y[i] /= sum;
    }
    return y;
  }

  /**
   * Computes one unit of an LSTM.
   *
   * @param p the pre-activations i, f, g, o and the previous cell state
   * @return the gates i, f, g, o, then c, act(c), h
   */
  static double[] lstm(Activation act, Activation sigma, double[] p) {
    double i = activation(sigma, p[0]);
    double f = activation(sigma, p[1]);
    double g = activation(act, p[2]);
    double o = activation(sigma, p[3]);
    double c = f * p[4] + i * g;
    double a = activation(act, c);
    return new double[] {i, f, g, o, c, a, o * a};
  }

  /**
   * Computes one unit of a GRU with the reset gate after the product.
   *
   * @param p the projections z and r of input and state, h of the input, h of the state, and the
   *     previous state
   * @return the gates z, r, g, then h, then the three pre-activations
   */
  static double[] gru(Activation act, Activation sigma, double[] p) {
    double z = activation(sigma, p[0]);
    double r = activation(sigma, p[1]);
    double sum = p[2] + r * p[3];
    double g = activation(act, sum);
    return new double[] {z, r, g, z * p[4] + (1 - z) * g, p[0], p[1], sum};
  }
}
