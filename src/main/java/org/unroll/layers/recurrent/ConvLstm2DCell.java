package org.unroll.layers.recurrent;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unroll.compute.Activation;
import org.unroll.compute.Compute;
import org.unroll.compute.Kernels;
import org.unroll.compute.Matrix;
import org.unroll.data.Shape;
import org.unroll.layers.convolution.Patches;
import org.unroll.network.CellPass;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Initializer;
import org.unroll.network.Layer;
import org.unroll.network.Padding;
import org.unroll.network.Pass;
import org.unroll.network.SequenceDropout;
import org.unroll.network.TimeSteps;
import org.unroll.network.Weight;

/**
 * The cell of {@link ConvLstm2D} (Shi et al. 2015): an {@linkplain LstmCell LSTM} whose input and
 * states are images and whose products are convolutions, written {@code *}.
 *
 * <pre>
 * i_t = σ(x_t * W_i + h_{t−1} * U_i + b_i)        input gate
 * f_t = σ(x_t * W_f + h_{t−1} * U_f + b_f)        forget gate
 * g_t = act(x_t * W_c + h_{t−1} * U_c + b_c)      candidate
 * o_t = σ(x_t * W_o + h_{t−1} * U_o + b_o)        output gate
 * c_t = f_t ⊙ c_{t−1} + i_t ⊙ g_t                 cell state
 * h_t = o_t ⊙ act(c_t)                            output, and state
 * </pre>
 *
 * <p>Like Keras, and unlike the paper, the cell has no peepholes. Strides, padding and dilation
 * apply to the convolution of the input only. The convolution of the state keeps the size of the
 * state: padding same, stride 1, no dilation. {@link ConvLstm2DOptions} documents the arguments.
 *
 * <p>Weights, with the columns of the gates in the order i, f, c, o: {@code kernel} W (kernel rows,
 * kernel columns, channels, 4·filters), {@code recurrent_kernel} U (kernel rows, kernel columns,
 * filters, 4·filters), {@code bias} b (4·filters).
 *
 * <p>A convolution is computed as the product of the {@link Patches} of its input with the kernel.
 * The backward equations are therefore those of {@link LstmCell} with one row per pixel. The
 * gradients of overlapping patches are summed to the gradient of the image. Dropout draws a mask of
 * the whole image for each gate.
 *
 * <p>Sources: Xingjian Shi et al., "Convolutional LSTM network: a machine learning approach for
 * precipitation nowcasting", 2015, arXiv:1506.04214; Keras 3, {@code keras.layers.ConvLSTM2D}.
 */
public final class ConvLstm2DCell extends UnitsCell<ConvLstm2DCell>
    implements ConvLstm2DOptions<ConvLstm2DCell> {
  private static final int[] ONES = {1, 1};

  private Shape checkedOutput; // before the cell is built

  /**
   * Creates a cell.
   *
   * @param filters the number of values of each pixel of the output
   * @param kernelRows the rows of the kernel
   * @param kernelColumns the columns of the kernel
   * @throws IllegalArgumentException if a number is less than 1
   */
  public ConvLstm2DCell(int filters, int kernelRows, int kernelColumns) {
    this(new RecurrentArguments(filters));
    arguments().kernelSize = checkedPair("kernelSize", kernelRows, kernelColumns);
  }

  private ConvLstm2DCell(RecurrentArguments arguments) {
    super("ConvLSTMCell", arguments);
  }

  @Override
  public ConvLstm2DCell copy() {
    return new ConvLstm2DCell(arguments().copy());
  }

  static Padding checkedPadding(Padding padding) {
    if (padding == Padding.CAUSAL) {
      throw new IllegalArgumentException(
          "padding must be valid or same, but was causal, which is for sequences.");
    }
    return padding;
  }

  @Override
  int gates() {
    return 4;
  }

  @Override
  Initializer initialBias() {
    return withForgetBias(1);
  }

  @Override
  public String layerInput() {
    return "(batch, time, rows, columns, channels)";
  }

  /**
   * Returns the shapes of h and c, which are images like the output. They are known after {@link
   * #stepOutput}.
   */
  @Override
  public Map<String, Shape> stateShapes() {
    Shape state = isBuilt() ? outputShape() : checkedOutput;
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("h", state);
    shapes.put("c", state);
    return shapes;
  }

  @Override
  public Shape stepOutput(Shape input, Layer owner) {
    if (input.rank() != 3 || !input.isKnown()) {
      return null;
    }
    int[] dilation = dilationRate();
    if (!Arrays.equals(strides(), ONES) && !Arrays.equals(dilation, ONES)) {
      throw new IllegalArgumentException(
          owner.describe()
              + " must have strides of 1 or a dilation rate of 1, but has strides="
              + Arrays.toString(strides())
              + " and dilationRate="
              + Arrays.toString(dilation)
              + ".");
    }
    Patches patches = inputPatches(input);
    if (patches.rows().places() < 1 || patches.columns().places() < 1) {
      throw new IllegalArgumentException(
          owner.describe()
              + " with padding=valid needs images of at least "
              + ((kernelSize()[0] - 1) * dilation[0] + 1)
              + " × "
              + ((kernelSize()[1] - 1) * dilation[1] + 1)
              + " pixels, the size of its kernel, but the images have "
              + input.axis(0)
              + " × "
              + input.axis(1)
              + ". Use a smaller kernel, larger images or Padding.SAME.");
    }
    checkedOutput = Shape.of(patches.rows().places(), patches.columns().places(), units());
    return checkedOutput;
  }

  private Patches inputPatches(Shape image) {
    return patches(image, padding(), strides(), dilationRate());
  }

  private Patches statePatches(Shape image) {
    return patches(image, Padding.SAME, ONES, ONES);
  }

  private Patches patches(Shape image, Padding padding, int[] strides, int[] dilation) {
    Patches.Axis[] axes = new Patches.Axis[2];
    for (int i = 0; i < axes.length; i++) {
      axes[i] = Patches.Axis.of(padding, image.axis(i), kernelSize()[i], strides[i], dilation[i]);
    }
    return new Patches(image.axis(0), image.axis(1), image.axis(2), axes[0], axes[1]);
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int rows = kernelSize()[0];
    int columns = kernelSize()[1];
    createWeights(
        Shape.of(rows, columns, input.last(), 4 * units()),
        Shape.of(rows, columns, units(), 4 * units()),
        factory);
  }

  @Override
  public CellPass newCellPass() {
    return new ConvLstm2DPass();
  }

  private final class ConvLstm2DPass extends CellPass {
    private final Kernels kernels = Compute.kernels();
    private final Activation act = activation();
    private final Activation sigma = recurrentActivation();
    private final int filters = units();
    private final int columns = 4 * filters;
    private final Patches inputPatches = inputPatches(inputShape());
    private final Patches statePatches = statePatches(outputShape());
    private int rows;
    private int timesteps;
    private int pixels; // of all rows of a step
    private float[] gateValues = {}; // timesteps × pixels × columns, later their gradients
    private float[] preActivations = {}; // in the same layout, if a derivative needs them
    private float[] activatedCell = {}; // act(c): timesteps × pixels × filters
    private float[] patches = {}; // pixels × the values of a window
    private float[] unmasked = {}; // gradients of the images of one step
    private final SequenceDropout[] inputDropout = new SequenceDropout[4]; // one for each gate
    private final SequenceDropout[] stateDropout = new SequenceDropout[4];

    // The operands and results of a kernel call, which are set just before the call.
    private final Matrix left = new Matrix();
    private final Matrix right = new Matrix();
    private final Matrix result = new Matrix();
    private final Matrix gates = new Matrix();
    private final Matrix preActivated = new Matrix();
    private final Matrix cBefore = new Matrix();
    private final Matrix c = new Matrix();
    private final Matrix activated = new Matrix();
    private final Matrix hidden = new Matrix(); // h, or its gradient
    private final Matrix dc = new Matrix();

    ConvLstm2DPass() {
      for (int gate = 0; gate < 4; gate++) {
        inputDropout[gate] = dropout(gate, ConvLstm2DCell.this.dropout());
        stateDropout[gate] = dropout(4 + gate, recurrentDropout());
      }
    }

    @Override
    public void begin(ForwardContext call) {
      rows = rows();
      timesteps = timesteps();
      pixels = rows * statePatches.places();
      gateValues = Pass.atLeast(gateValues, timesteps * pixels * columns);
      activatedCell = Pass.atLeast(activatedCell, timesteps * pixels * filters);
      if (keepsPreActivations()) {
        preActivations = Pass.atLeast(preActivations, timesteps * pixels * columns);
      }
      int window = Math.max(inputPatches.size(), statePatches.size());
      patches = Pass.atLeast(patches, pixels * window);
      for (int gate = 0; gate < 4; gate++) {
        inputDropout[gate].draw(call, inputShape().size());
        stateDropout[gate].draw(call, outputShape().size());
      }
    }

    @Override
    public void forward(int k) {
      int at = k * pixels * columns;
      if (useBias()) {
        kernels.fillRows(
            left.set(weights().get(2).values(), 0, 1, columns), gatesOf(k, 0, columns));
      } else {
        Arrays.fill(gateValues, at, at + pixels * columns, 0f);
      }
      convolve(inputPatches, input(), k, inputDropout, weights().get(0));
      convolve(statePatches, state(0), k, stateDropout, weights().get(1));
      if (keepsPreActivations()) {
        System.arraycopy(gateValues, at, preActivations, at, pixels * columns);
      }
      kernels.lstmForward(
          act,
          sigma,
          gatesOf(k, 0, columns),
          image(state(1), k, cBefore),
          image(state(1), k + 1, c),
          activated.set(activatedCell, k * pixels * filters, pixels, filters),
          image(state(0), k + 1, hidden));
    }

    /** Returns some columns of the gates at step k, with a row for each pixel. */
    private Matrix gatesOf(int k, int from, int width) {
      return gates.set(gateValues, k * pixels * columns + from, pixels, width, columns);
    }

    /** Sets a view to the state of step k, with a row for each pixel. */
    private Matrix image(TimeSteps state, int k, Matrix view) {
      return view.set(state.values(), state.at(k), pixels, filters);
    }

    /** Computes gates += x * W. */
    private void convolve(
        Patches windows, TimeSteps x, int k, SequenceDropout[] dropout, Weight kernel) {
      int parts = dropout[0].isActive() ? 4 : 1;
      int width = columns / parts;
      for (int part = 0; part < parts; part++) {
        unfold(windows, dropout[part].apply(x, k), k);
        kernels.multiply(
            left.set(patches, 0, pixels, windows.size()),
            right.set(kernel.values(), part * width, windows.size(), width, columns),
            gatesOf(k, part * width, width),
            true);
      }
    }

    private void unfold(Patches windows, TimeSteps x, int k) {
      windows.unfold(rows, x.values(), x.at(k), patches);
    }

    @Override
    public void backward(int k, Gradient[] gradients) {
      boolean kept = keepsPreActivations();
      kernels.lstmBackward(
          act,
          sigma,
          kept ? preActivated.set(preActivations, k * pixels * columns, pixels, columns) : null,
          gatesOf(k, 0, columns),
          image(state(1), k, cBefore),
          image(state(1), k + 1, c),
          activated.set(activatedCell, k * pixels * filters, pixels, filters),
          hidden.set(takeStateGradient(0), 0, pixels, filters),
          dc.set(stateGradient(1), 0, pixels, filters));
      TimeSteps dx = inputGradient();
      float[] images = dx == null ? null : dx.values();
      int imagesAt = dx == null ? 0 : dx.at(k);
      convolveBack(inputPatches, input(), k, inputDropout, 0, gradients, images, imagesAt);
      convolveBack(statePatches, state(0), k, stateDropout, 1, gradients, stateGradient(0), 0);
    }

    /** Adds the gradients of W and, unless dx is null, of x, in the convolution x * W. */
    private void convolveBack(
        Patches windows,
        TimeSteps x,
        int k,
        SequenceDropout[] dropout,
        int weight,
        Gradient[] gradients,
        float[] dx,
        int dxAt) {
      int parts = dropout[0].isActive() ? 4 : 1;
      int width = columns / parts;
      float[] transposed = transposed(weights().get(weight));
      for (int part = 0; part < parts; part++) {
        unfold(windows, dropout[part].apply(x, k), k);
        kernels.multiplyTransposed(
            left.set(patches, 0, pixels, windows.size()),
            gatesOf(k, part * width, width),
            result.set(gradients[weight].values(), part * width, windows.size(), width, columns),
            true);
        if (dx == null) {
          continue;
        }
        kernels.multiply(
            gatesOf(k, part * width, width),
            right.set(transposed, part * width * windows.size(), width, windows.size()),
            result.set(patches, 0, pixels, windows.size()),
            false);
        if (dropout[part].isActive()) {
          int size = rows * x.width();
          unmasked = Pass.atLeast(unmasked, size);
          Arrays.fill(unmasked, 0, size, 0f);
          windows.fold(rows, patches, unmasked, 0);
          dropout[part].apply(unmasked, 0, 1, dx, dxAt, true);
        } else {
          windows.fold(rows, patches, dx, dxAt);
        }
      }
    }

    @Override
    public void endBackward(Gradient[] gradients) {
      if (useBias()) {
        gates.set(gateValues, 0, timesteps * pixels, columns);
        kernels.sumRows(gates, result.set(gradients[2].values(), 0, 1, columns));
      }
    }
  }
}
