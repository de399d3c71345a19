package org.unroll.compute;

/**
 * The arithmetic of the hot path: float arrays in, float arrays out, row-major, with offsets and
 * row strides instead of views. There are two implementations, chosen once by {@link Compute}: one
 * on the JDK's Vector API, one in plain loops; both give the same results within float32 rounding.
 *
 * <p>Arrays named as results ({@code c}, {@code out}, …) must not overlap the inputs unless a
 * method says "in place". Nothing here allocates, and nothing is shared between calls: any number
 * of threads may work at once on buffers of their own.
 *
 * <p>In the cell steps a "gate buffer" holds in each row the gates one after another, each {@code
 * units} wide, in Keras's order: i, f, c, o for LSTM; z, r, h for GRU.
 */
public interface Kernels {
  /** One line for people: which implementation, how wide its vectors are. */
  String description();

  /**
   * The product C = A·B, or C += A·B.
   *
   * @param m rows of A and C
   * @param n columns of B and C
   * @param k columns of A, rows of B
   * @param lda distance between rows of A
   * @param ldb distance between rows of B
   * @param ldc distance between rows of C
   * @param accumulate whether to add to C instead of overwriting it
   */
  void multiply(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc,
      boolean accumulate);

  /**
   * C = A·B + row, the same row for every row of C: a product with its bias.
   *
   * @param row {@code n} values from {@code rowOffset} on
   */
  void multiplyAddRow(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] row,
      int rowOffset,
      float[] c,
      int cOffset,
      int ldc);

  /**
   * The product C = Aᵀ·B, or C += Aᵀ·B: a weight gradient, summed over the rows (and time steps) of
   * A and B.
   *
   * @param m rows of A and B, the axis that is summed
   * @param n columns of B and C
   * @param k columns of A, rows of C
   */
  void multiplyTransposed(
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc,
      boolean accumulate);

  /**
   * Writes the transpose of the dense rows×columns matrix in {@code a} to {@code out}
   * (columns×rows).
   */
  void transpose(int rows, int columns, float[] a, int aOffset, float[] out, int outOffset);

  /**
   * Copies one row of {@code width} values into each of {@code rows} rows: the bias, before a
   * product is added.
   */
  void fillRows(
      int rows, int width, float[] row, int rowOffset, float[] out, int outOffset, int stride);

  /** The sum over the rows of {@code a}, written to (or added to) {@code out}: a bias gradient. */
  void sumRows(
      int rows,
      int width,
      float[] a,
      int aOffset,
      int stride,
      float[] out,
      int outOffset,
      boolean accumulate);

  /** out += a, {@code n} values. */
  void add(int n, float[] a, int aOffset, float[] out, int outOffset);

  /**
   * out = a ⊙ b, or out += a ⊙ b, on rows×width values; without accumulating, {@code out} may be
   * {@code a} or {@code b}, in place.
   */
  void multiplyElements(
      int rows,
      int width,
      float[] a,
      int aOffset,
      int aStride,
      float[] b,
      int bOffset,
      int bStride,
      float[] out,
      int outOffset,
      int outStride,
      boolean accumulate);

  /** y = f(x) on rows×width values; x and y may be the same place. */
  void activate(
      Activation f,
      int rows,
      int width,
      float[] x,
      int xOffset,
      int xStride,
      float[] y,
      int yOffset,
      int yStride);

  /**
   * Turns d loss / d y into d loss / d x, in place in {@code gradient}.
   *
   * @param x the inputs of the activation; read only where {@link
   *     Activation#derivativeNeedsInput()}, else may be null
   * @param y the outputs of the activation
   */
  void activateBackward(
      Activation f,
      int rows,
      int width,
      float[] x,
      int xOffset,
      int xStride,
      float[] y,
      int yOffset,
      int yStride,
      float[] gradient,
      int gradientOffset,
      int gradientStride);

  /**
   * One LSTM step, elementwise part. The buffer holds the pre-activations and is overwritten with
   * the gates:
   *
   * <pre>
   * i = σ(gates_i)   f = σ(gates_f)   g = act(gates_c)   o = σ(gates_o)
   * c = f ⊙ cPrevious + i ⊙ g         a = act(c)         h = o ⊙ a
   * </pre>
   *
   * @param activation act, on the candidate and the cell state (not {@link Activation#SOFTMAX})
   * @param recurrentActivation σ, on the three gates (not {@link Activation#SOFTMAX})
   * @param gates rows × 4·units, dense, in place
   * @param c new cell state, rows × units; {@code cPrevious}, {@code c}, {@code a}, {@code h} are
   *     dense
   */
  void lstmForward(
      Activation activation,
      Activation recurrentActivation,
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] cPrevious,
      int cPreviousOffset,
      float[] c,
      int cOffset,
      float[] a,
      int aOffset,
      float[] h,
      int hOffset);

  /**
   * One LSTM step backwards, elementwise part.
   *
   * <pre>
   * do = dh ⊙ a      dc += dh ⊙ o ⊙ act'(c)
   * di = dc ⊙ g      df = dc ⊙ cPrevious     dg = dc ⊙ i     dcPrevious = dc ⊙ f
   * </pre>
   *
   * each gate gradient then times the derivative of its activation.
   *
   * @param preActivations the pre-activations, laid out as {@code gates}; read only where an
   *     activation's derivative needs its input, else may be null
   * @param gates the activated gates, overwritten with the gradients of the pre-activations
   * @param dh gradient of h, dense rows × units, not changed
   * @param dc in: gradient of c from the later step; out: gradient of cPrevious
   */
  void lstmBackward(
      Activation activation,
      Activation recurrentActivation,
      int rows,
      int units,
      float[] preActivations,
      float[] gates,
      int gatesOffset,
      float[] cPrevious,
      int cPreviousOffset,
      float[] c,
      int cOffset,
      float[] a,
      int aOffset,
      float[] dh,
      int dhOffset,
      float[] dc,
      int dcOffset);

  /**
   * One GRU step with the reset gate after the product (Keras's default), elementwise part.
   *
   * <pre>
   * z = σ(gates_z)   r = σ(gates_r)   g = act(gates_h + r ⊙ inner)
   * h = z ⊙ hPrevious + (1 − z) ⊙ g
   * </pre>
   *
   * @param gates the projections of input and state for z and r, that of the input for h, rows ×
   *     3·units; overwritten with z, r, g
   * @param inner the state's projection for h with its bias, rows × units; not changed
   * @param preActivations null, or where to keep what the activations are applied to (laid out as
   *     {@code gates}, same offset)
   */
  void gruForward(
      Activation activation,
      Activation recurrentActivation,
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] inner,
      int innerOffset,
      float[] preActivations,
      float[] hPrevious,
      int hPreviousOffset,
      float[] h,
      int hOffset);

  /**
   * One GRU step backwards, reset gate after the product, elementwise part.
   *
   * @param gates z, r, g; overwritten with the gradients of {@code gates} as they came into the
   *     forward step
   * @param inner as in the forward step; overwritten with its gradient, that of the third gate
   *     times r
   * @param dh gradient of h, not changed
   * @param dhPrevious overwritten with dh ⊙ z; what comes through {@code inner} is the caller's
   *     product
   */
  void gruBackward(
      Activation activation,
      Activation recurrentActivation,
      int rows,
      int units,
      float[] preActivations,
      float[] gates,
      int gatesOffset,
      float[] inner,
      int innerOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] dh,
      int dhOffset,
      float[] dhPrevious,
      int dhPreviousOffset);

  /**
   * The last line of a GRU step: h = z ⊙ hPrevious + (1 − z) ⊙ g, from a buffer of activated gates.
   * The variant with the reset gate before the product (the 2014 GRU) is put together from this,
   * {@link #activate} and {@link #multiply}.
   *
   * @param gates z, r, g, rows × 3·units
   */
  void gruOutput(
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] h,
      int hOffset);

  /**
   * {@link #gruOutput} backwards: dz = dh ⊙ (hPrevious − g), dg = dh ⊙ (1 − z), dhPrevious = dh ⊙
   * z, the derivatives of the activations not yet applied. The r block of {@code gateGradients} is
   * left alone.
   *
   * @param gateGradients rows × 3·units, an array (or place) other than {@code gates}
   */
  void gruOutputBackward(
      int rows,
      int units,
      float[] gates,
      int gatesOffset,
      float[] hPrevious,
      int hPreviousOffset,
      float[] dh,
      int dhOffset,
      float[] gateGradients,
      int gateGradientsOffset,
      float[] dhPrevious,
      int dhPreviousOffset);

  // The same operations on matrices, to which the layers move one by one.

  /** The product C = A·B, or C += A·B. */
  default void multiply(Matrix a, Matrix b, Matrix c, boolean accumulate) {
    multiply(
        a.rows(),
        b.columns(),
        a.columns(),
        a.values(),
        a.offset(),
        a.stride(),
        b.values(),
        b.offset(),
        b.stride(),
        c.values(),
        c.offset(),
        c.stride(),
        accumulate);
  }

  /** C = A·B + row, the same row for every row of C. */
  default void multiplyAddRow(Matrix a, Matrix b, Matrix row, Matrix c) {
    multiplyAddRow(
        a.rows(),
        b.columns(),
        a.columns(),
        a.values(),
        a.offset(),
        a.stride(),
        b.values(),
        b.offset(),
        b.stride(),
        row.values(),
        row.offset(),
        c.values(),
        c.offset(),
        c.stride());
  }

  /** The product C = Aᵀ·B, or C += Aᵀ·B. */
  default void multiplyTransposed(Matrix a, Matrix b, Matrix c, boolean accumulate) {
    multiplyTransposed(
        a.rows(),
        b.columns(),
        a.columns(),
        a.values(),
        a.offset(),
        a.stride(),
        b.values(),
        b.offset(),
        b.stride(),
        c.values(),
        c.offset(),
        c.stride(),
        accumulate);
  }

  /** out += a ⊙ a, {@code n} values. */
  default void addSquares(int n, float[] a, int aOffset, float[] out, int outOffset) {
    multiplyElements(1, n, a, aOffset, n, a, aOffset, n, out, outOffset, n, true);
  }

  /** Copies a row into each row of a matrix. */
  default void fillRows(Matrix row, Matrix out) {
    fillRows(
        out.rows(),
        out.columns(),
        row.values(),
        row.offset(),
        out.values(),
        out.offset(),
        out.stride());
  }

  /** Writes the sum over the rows of a matrix. */
  default void sumRows(Matrix a, Matrix out) {
    sumRows(
        a.rows(),
        a.columns(),
        a.values(),
        a.offset(),
        a.stride(),
        out.values(),
        out.offset(),
        false);
  }

  /** out = a ⊙ b, or out += a ⊙ b. */
  default void multiplyElements(Matrix a, Matrix b, Matrix out, boolean accumulate) {
    multiplyElements(
        out.rows(),
        out.columns(),
        a.values(),
        a.offset(),
        a.stride(),
        b.values(),
        b.offset(),
        b.stride(),
        out.values(),
        out.offset(),
        out.stride(),
        accumulate);
  }

  /** y = f(x). */
  default void activate(Activation f, Matrix x, Matrix y) {
    activate(
        f,
        y.rows(),
        y.columns(),
        x.values(),
        x.offset(),
        x.stride(),
        y.values(),
        y.offset(),
        y.stride());
  }

  /** y = softmax(x), {@code n} values. */
  default void softmax(int n, float[] x, int xOffset, float[] y, int yOffset) {
    activate(Activation.SOFTMAX, 1, n, x, xOffset, n, y, yOffset, n);
  }

  /** Turns d loss / d y into d loss / d x, in place in {@code gradient}. */
  default void activateBackward(Activation f, Matrix x, Matrix y, Matrix gradient) {
    activateBackward(
        f,
        gradient.rows(),
        gradient.columns(),
        x == null ? null : x.values(),
        x == null ? 0 : x.offset(),
        x == null ? 0 : x.stride(),
        y.values(),
        y.offset(),
        y.stride(),
        gradient.values(),
        gradient.offset(),
        gradient.stride());
  }

  /** One LSTM step, elementwise part. */
  default void lstmForward(
      Activation activation,
      Activation recurrentActivation,
      Matrix gates,
      Matrix cPrevious,
      Matrix c,
      Matrix a,
      Matrix h) {
    lstmForward(
        activation,
        recurrentActivation,
        c.rows(),
        c.columns(),
        gates.values(),
        gates.offset(),
        cPrevious.values(),
        cPrevious.offset(),
        c.values(),
        c.offset(),
        a.values(),
        a.offset(),
        h.values(),
        h.offset());
  }

  /** One LSTM step backwards, elementwise part. */
  default void lstmBackward(
      Activation activation,
      Activation recurrentActivation,
      Matrix preActivations,
      Matrix gates,
      Matrix cPrevious,
      Matrix c,
      Matrix a,
      Matrix dh,
      Matrix dc) {
    lstmBackward(
        activation,
        recurrentActivation,
        c.rows(),
        c.columns(),
        preActivations == null ? null : preActivations.values(),
        gates.values(),
        gates.offset(),
        cPrevious.values(),
        cPrevious.offset(),
        c.values(),
        c.offset(),
        a.values(),
        a.offset(),
        dh.values(),
        dh.offset(),
        dc.values(),
        dc.offset());
  }

  /** One GRU step, elementwise part. */
  default void gruForward(
      Activation activation,
      Activation recurrentActivation,
      Matrix gates,
      Matrix inner,
      Matrix preActivations,
      Matrix hPrevious,
      Matrix h) {
    gruForward(
        activation,
        recurrentActivation,
        h.rows(),
        h.columns(),
        gates.values(),
        gates.offset(),
        inner.values(),
        inner.offset(),
        preActivations == null ? null : preActivations.values(),
        hPrevious.values(),
        hPrevious.offset(),
        h.values(),
        h.offset());
  }

  /** One GRU step backwards, elementwise part. */
  default void gruBackward(
      Activation activation,
      Activation recurrentActivation,
      Matrix preActivations,
      Matrix gates,
      Matrix inner,
      Matrix hPrevious,
      Matrix dh,
      Matrix dhPrevious) {
    gruBackward(
        activation,
        recurrentActivation,
        dh.rows(),
        dh.columns(),
        preActivations == null ? null : preActivations.values(),
        gates.values(),
        gates.offset(),
        inner.values(),
        inner.offset(),
        hPrevious.values(),
        hPrevious.offset(),
        dh.values(),
        dh.offset(),
        dhPrevious.values(),
        dhPrevious.offset());
  }

  /** The last line of a GRU step. */
  default void gruOutput(Matrix gates, Matrix hPrevious, Matrix h) {
    gruOutput(
        h.rows(),
        h.columns(),
        gates.values(),
        gates.offset(),
        hPrevious.values(),
        hPrevious.offset(),
        h.values(),
        h.offset());
  }

  /** {@link #gruOutput} backwards. */
  default void gruOutputBackward(
      Matrix gates, Matrix hPrevious, Matrix dh, Matrix gateGradients, Matrix dhPrevious) {
    gruOutputBackward(
        dh.rows(),
        dh.columns(),
        gates.values(),
        gates.offset(),
        hPrevious.values(),
        hPrevious.offset(),
        dh.values(),
        dh.offset(),
        gateGradients.values(),
        gateGradients.offset(),
        dhPrevious.values(),
        dhPrevious.offset());
  }
}
