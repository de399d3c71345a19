package org.unroll.compute;

/**
 * The arithmetic of the layers, in float32: products, elementwise operations, activations and the
 * elementwise part of LSTM and GRU steps. {@link Compute} chooses one of two implementations once
 * per JVM, one on the JDK's Vector API and one in plain loops. Both give the same results within
 * float32 rounding.
 *
 * <p>Operands are {@link Matrix} views. Where one operand is a row for all rows, its view may
 * repeat it with stride 0. Results must not overlap the inputs unless a method permits it ("in
 * place"). A kernel allocates nothing and shares nothing between calls: any number of threads may
 * call it at the same time, each with separate views and buffers.
 *
 * <p>In the cell steps, a row of {@code gates} contains the gates one after another in Keras's
 * order, each as wide as the state: i, f, c, o for LSTM; z, r, h for GRU. Gates and states have no
 * gaps between their rows.
 *
 * @hidden
 */
public interface Kernels {
  /** The limit of {@link #flushToZero}; products of a step with such values are still normal. */
  float TINY = 1e-30f;

  /** Describes the implementation and the width of its vectors in one line. */
  String description();

  /** Returns the number of floats in a vector, 1 for plain loops. */
  int lanes();

  /**
   * Computes the product C = A·B, or C += A·B.
   *
   * @param accumulate whether to add the product to C instead of overwriting C
   */
  void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate);

  /**
   * Computes C = A·B + row, a product with its bias.
   *
   * @param row one row, which is added to every row of the product
   */
  void multiplyAddRow(Matrix a, Matrix b, Matrix row, Matrix c);

  /**
   * Computes the product C = Aᵀ·B, or C += Aᵀ·B: a weight gradient, summed over the rows (and time
   * steps) of A and B.
   *
   * @param accumulate whether to add the product to C instead of overwriting C
   */
  void multiplyTransposed(Matrix a, Matrix b, Matrix c, boolean accumulate);

  /**
   * Writes the transpose of the rows × columns matrix at {@code aOffset} to {@code out} (columns ×
   * rows). Both have no gaps between their rows.
   */
  void transpose(int rows, int columns, float[] a, int aOffset, float[] out, int outOffset);

  /** Copies a row to every row of {@code out}: the bias, before a product is added to it. */
  void fillRows(Matrix row, Matrix out);

  /** Writes the sum over the rows of {@code a} to the row {@code out}: a bias gradient. */
  void sumRows(Matrix a, Matrix out);

  /**
   * Replaces values closer to zero than {@link #TINY} by zero.
   *
   * <p>Gradients that vanish over many time steps become subnormal numbers (below 1.2e-38), and
   * arithmetic with these is many times slower on Intel processors. TensorFlow sets the processor
   * to flush subnormal numbers to zero, which Java cannot.
   */
  void flushToZero(int n, float[] values, int offset);

  /** Computes out += a on {@code n} values. */
  void add(int n, float[] a, int aOffset, float[] out, int outOffset);

  /** Computes out += a ⊙ a on {@code n} values. */
  void addSquares(int n, float[] a, int aOffset, float[] out, int outOffset);

  /**
   * Computes out = a ⊙ b, or out += a ⊙ b. Without accumulation, {@code out} may be {@code a} or
   * {@code b}, in place.
   *
   * @param accumulate whether to add the products to {@code out} instead of overwriting it
   */
  void multiplyElements(Matrix a, Matrix b, Matrix out, boolean accumulate);

  /**
   * Computes y = f(x). {@code y} may be {@code x}, in place, unless f is {@link Activation#GLU},
   * whose y is half as wide.
   */
  void activate(Activation f, Matrix x, Matrix y);

  /**
   * Turns d loss / d y into d loss / d x, in place in {@code gradient}. {@link Activation#GLU} has
   * {@link #gluBackward} instead.
   *
   * @param x the inputs of the activation; read only if {@link Activation#derivativeNeedsInput()},
   *     otherwise may be null
   * @param y the outputs of the activation
   */
  void activateBackward(Activation f, Matrix x, Matrix y, Matrix gradient);

  /**
   * Computes the gradient of the input of {@link Activation#GLU}, which is twice as wide as that of
   * the output.
   */
  default void gluBackward(Matrix x, Matrix outputGradient, Matrix gradient) {
    PlainActivations.gluBackward(x, outputGradient, gradient);
  }

  /** Computes the softmax of {@code n} values. The result may replace the values, in place. */
  void softmax(int n, float[] x, int xOffset, float[] y, int yOffset);

  /**
   * Computes the elementwise part of one LSTM step. {@code gates} contains the pre-activations and
   * is overwritten with the activated gates:
   *
   * <pre>
   * i = σ(gates_i)   f = σ(gates_f)   g = act(gates_c)   o = σ(gates_o)
   * c = f ⊙ cPrevious + i ⊙ g         a = act(c)         h = o ⊙ a
   * </pre>
   *
   * @param activation act, on the candidate and the cell state (not {@link Activation#GLU})
   * @param recurrentActivation σ, on the three gates (not {@link Activation#GLU})
   * @param gates rows × 4·units, in place
   * @param cPrevious the cell state before the step, rows × units
   * @param c receives the cell state after the step
   * @param a receives the activated cell state
   * @param h receives the output
   */
  void lstmForward(
      Activation activation,
      Activation recurrentActivation,
      Matrix gates,
      Matrix cPrevious,
      Matrix c,
      Matrix a,
      Matrix h);

  /**
   * Computes the elementwise part of one LSTM step backward.
   *
   * <pre>
   * do = dh ⊙ a      dc += dh ⊙ o ⊙ act'(c)
   * di = dc ⊙ g      df = dc ⊙ cPrevious     dg = dc ⊙ i     dcPrevious = dc ⊙ f
   * </pre>
   *
   * <p>Each gate gradient is then multiplied by the derivative of its activation.
   *
   * @param preActivations the pre-activations of the gates; read only if an activation's derivative
   *     needs its input, otherwise may be null
   * @param gates the activated gates; overwritten with the gradients of the pre-activations
   * @param dh the gradient of h, not changed
   * @param dc the gradient of c from the later step; overwritten with the gradient of cPrevious
   */
  void lstmBackward(
      Activation activation,
      Activation recurrentActivation,
      Matrix preActivations,
      Matrix gates,
      Matrix cPrevious,
      Matrix c,
      Matrix a,
      Matrix dh,
      Matrix dc);

  /**
   * Computes the elementwise part of one GRU step with the reset gate after the product, which is
   * Keras's default.
   *
   * <pre>
   * z = σ(gates_z)   r = σ(gates_r)   g = act(gates_h + r ⊙ inner)
   * h = z ⊙ hPrevious + (1 − z) ⊙ g
   * </pre>
   *
   * @param gates the projections of input and state for z and r, and that of the input for h, rows
   *     × 3·units; overwritten with z, r, g
   * @param inner the state's projection for h with its bias, rows × units; not changed
   * @param preActivations receives the arguments of the activations, rows × 3·units; null if they
   *     are not needed
   * @param hPrevious the state before the step, rows × units
   * @param h receives the state after the step
   */
  void gruForward(
      Activation activation,
      Activation recurrentActivation,
      Matrix gates,
      Matrix inner,
      Matrix preActivations,
      Matrix hPrevious,
      Matrix h);

  /**
   * Computes the elementwise part of one GRU step backward, reset gate after the product.
   *
   * @param preActivations what the forward step kept; read only if an activation's derivative needs
   *     its input, otherwise may be null
   * @param gates z, r, g; overwritten with the gradients of {@code gates} before the forward step
   * @param inner as in the forward step; overwritten with its gradient, which is the gradient of
   *     the third gate times r
   * @param dh the gradient of h, not changed
   * @param dhPrevious overwritten with dh ⊙ z; the caller adds what comes through {@code inner}
   */
  void gruBackward(
      Activation activation,
      Activation recurrentActivation,
      Matrix preActivations,
      Matrix gates,
      Matrix inner,
      Matrix hPrevious,
      Matrix dh,
      Matrix dhPrevious);

  /**
   * Computes the last line of a GRU step, h = z ⊙ hPrevious + (1 − z) ⊙ g, from activated gates.
   * The variant with the reset gate before the product (the GRU of 2014) combines it with {@link
   * #activate} and {@link #multiply}.
   *
   * @param gates z, r, g, rows × 3·units
   */
  void gruOutput(Matrix gates, Matrix hPrevious, Matrix h);

  /**
   * Computes {@link #gruOutput} backward: dz = dh ⊙ (hPrevious − g), dg = dh ⊙ (1 − z), dhPrevious
   * = dh ⊙ z, without the derivatives of the activations.
   *
   * @param gateGradients receives dz and dg, rows × 3·units; the block of r is not changed
   */
  void gruOutputBackward(
      Matrix gates, Matrix hPrevious, Matrix dh, Matrix gateGradients, Matrix dhPrevious);
}
