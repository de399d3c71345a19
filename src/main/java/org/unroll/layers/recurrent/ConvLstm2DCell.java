package org.unroll.layers.recurrent;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.unroll.compute.Activation;
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
import org.unroll.network.TimeSteps;
import org.unroll.network.Weight;

/**
 * One step of {@link ConvLstm2D} (Shi et al. 2015): an {@linkplain LstmCell LSTM} whose input and
 * states are images and whose products are convolutions, {@code *} below.
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
 * <p>As in Keras there are no peepholes, which the paper has. The convolution of the input takes
 * strides, padding and dilation; that of the state has none of them and as many places as the state
 * has pixels. Weights, the gates i, f, c, o side by side: {@code kernel} W (kernel rows, kernel
 * columns, channels, 4·filters), {@code recurrent_kernel} U (kernel rows, kernel columns, filters,
 * 4·filters), {@code bias} b (4·filters).
 *
 * <p>A convolution is the product of the {@link Patches} of its input with the kernel, so the steps
 * backward are those of {@link LstmCell} with each pixel as a row, and the gradients of patches are
 * added up to those of images. Dropout draws a mask of the whole image for each gate.
 *
 * <p>Sources: Xingjian Shi et al., "Convolutional LSTM network: a machine learning approach for
 * precipitation nowcasting", 2015, arXiv:1506.04214; Keras 3, {@code keras.layers.ConvLSTM2D}.
 */
public final class ConvLstm2DCell extends GatedCell<ConvLstm2DCell> {
  private final int kernelRows;
  private final int kernelColumns;
  private int strideRows = 1;
  private int strideColumns = 1;
  private int dilationRows = 1;
  private int dilationColumns = 1;
  private Padding padding = Padding.VALID;
  private boolean unitForgetBias = true;

  public ConvLstm2DCell(int filters, int kernelRows, int kernelColumns) {
    super("ConvLSTMCell", filters);
    this.kernelRows = requirePositive("kernelSize", kernelRows);
    this.kernelColumns = requirePositive("kernelSize", kernelColumns);
  }

  @Override
  ConvLstm2DCell self() {
    return this;
  }

  @Override
  ConvLstm2DCell fresh() {
    return new ConvLstm2DCell(units(), kernelRows, kernelColumns);
  }

  @Override
  public ConvLstm2DCell copy() {
    ConvLstm2DCell copy = super.copy();
    copy.strideRows = strideRows;
    copy.strideColumns = strideColumns;
    copy.dilationRows = dilationRows;
    copy.dilationColumns = dilationColumns;
    copy.padding = padding;
    copy.unitForgetBias = unitForgetBias;
    return copy;
  }

  @Override
  int gates() {
    return 4;
  }

  /** The rows and columns of the window. */
  public int[] kernelSize() {
    return new int[] {kernelRows, kernelColumns};
  }

  /**
   * How many rows and columns apart the windows of the input are; 1 and 1 by default, and always
   * with dilation.
   */
  public ConvLstm2DCell strides(int rows, int columns) {
    requireNotBuilt("strides");
    strideRows = requirePositive("strides", rows);
    strideColumns = requirePositive("strides", columns);
    return this;
  }

  /** How many rows and columns apart the windows of the input are. */
  public int[] strides() {
    return new int[] {strideRows, strideColumns};
  }

  /** How many rows and columns apart the pixels in a window of the input are; 1 by default. */
  public ConvLstm2DCell dilationRate(int rows, int columns) {
    requireNotBuilt("dilationRate");
    dilationRows = requirePositive("dilationRate", rows);
    dilationColumns = requirePositive("dilationRate", columns);
    return this;
  }

  /** How many rows and columns apart the pixels in a window of the input are. */
  public int[] dilationRate() {
    return new int[] {dilationRows, dilationColumns};
  }

  /** {@link Padding#VALID}, the default, or {@link Padding#SAME}. */
  public ConvLstm2DCell padding(Padding edge) {
    requireNotBuilt("padding");
    if (edge == Padding.CAUSAL) {
      throw new IllegalArgumentException("padding is valid or same. Received: causal");
    }
    padding = edge;
    return this;
  }

  /** The padding of the input. */
  public Padding padding() {
    return padding;
  }

  /**
   * Whether the forget gate's bias begins with ones, so that a new cell remembers (Jozefowicz et
   * al. 2015); true by default.
   */
  public ConvLstm2DCell unitForgetBias(boolean ones) {
    requireNotBuilt("unitForgetBias");
    unitForgetBias = ones;
    return this;
  }

  /** Whether the forget gate's bias begins with ones. */
  public boolean unitForgetBias() {
    return unitForgetBias;
  }

  @Override
  Initializer initialBias() {
    return unitForgetBias ? onesAt(units()) : biasInitializer();
  }

  @Override
  public String layerInput() {
    return "(batch, time, rows, columns, channels)";
  }

  /** The states h and c, images like the output; known once the cell is built. */
  @Override
  public Map<String, Shape> stateShapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("h", outputShape());
    shapes.put("c", outputShape());
    return shapes;
  }

  @Override
  public Shape stepOutput(Shape input, Layer owner) {
    if (input.rank() != 3 || !input.isKnown()) {
      return null;
    }
    if (Math.max(strideRows, strideColumns) > 1 && Math.max(dilationRows, dilationColumns) > 1) {
      throw new IllegalArgumentException(
          owner.describe()
              + " has strides="
              + Arrays.toString(strides())
              + " and dilationRate="
              + Arrays.toString(dilationRate())
              + "; one of the two is 1.");
    }
    Patches patches = inputPatches(input);
    if (patches.rows().places() < 1 || patches.columns().places() < 1) {
      throw new IllegalArgumentException(
          owner.describe()
              + " with padding=valid looks at "
              + ((kernelRows - 1) * dilationRows + 1)
              + " × "
              + ((kernelColumns - 1) * dilationColumns + 1)
              + " pixels at once; the images have "
              + input.axis(0)
              + " × "
              + input.axis(1)
              + ". Make the kernel smaller, the images larger, or use Padding.SAME");
    }
    return Shape.of(patches.rows().places(), patches.columns().places(), units());
  }

  private Patches inputPatches(Shape image) {
    return new Patches(
        image.axis(0),
        image.axis(1),
        image.axis(2),
        Patches.Axis.of(padding, image.axis(0), kernelRows, strideRows, dilationRows),
        Patches.Axis.of(padding, image.axis(1), kernelColumns, strideColumns, dilationColumns));
  }

  private Patches statePatches(Shape image) {
    return new Patches(
        image.axis(0),
        image.axis(1),
        image.axis(2),
        Patches.Axis.of(Padding.SAME, image.axis(0), kernelRows, 1, 1),
        Patches.Axis.of(Padding.SAME, image.axis(1), kernelColumns, 1, 1));
  }

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int columns = 4 * units();
    Shape kernel = Shape.of(kernelRows, kernelColumns, input.last(), columns);
    Shape recurrentKernel = Shape.of(kernelRows, kernelColumns, units(), columns);
    factory.create("kernel", kernel, kernelInitializer(), kernelRegularizer());
    factory.create(
        "recurrent_kernel", recurrentKernel, recurrentInitializer(), recurrentRegularizer());
    if (useBias()) {
      factory.create("bias", Shape.of(columns), initialBias(), biasRegularizer());
    }
  }

  @Override
  public CellPass newCellPass() {
    return new ConvLstm2DPass();
  }

  private final class ConvLstm2DPass extends CellPass {
    private final Activation act = activation();
    private final Activation sigma = recurrentActivation();
    private final int filters = units();
    private final int columns = 4 * filters;
    private final Patches inputPatches = inputPatches(inputShape());
    private final Patches statePatches = statePatches(outputShape());
    private int pixels; // of all rows of a step
    private float[] gateValues = {}; // timesteps × pixels × columns, later their gradients
    private float[] preActivations = {}; // laid out alike, where a derivative needs them
    private float[] activatedCell = {}; // act(c): timesteps × pixels × filters
    private float[] patches = {}; // pixels × the values of a window
    private float[] masked = {}; // the images of one step
    private float[] inputMasks; // gates × images, null where nothing is dropped
    private float[] stateMasks;

    // The matrices of one kernel call.
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

    @Override
    public void begin(ForwardContext call) {
      pixels = rows * statePatches.places();
      gateValues = Pass.atLeast(gateValues, timesteps * pixels * columns);
      activatedCell = Pass.atLeast(activatedCell, timesteps * pixels * filters);
      if (keepsPreActivations()) {
        preActivations = Pass.atLeast(preActivations, timesteps * pixels * columns);
      }
      int window = Math.max(inputPatches.size(), statePatches.size());
      patches = Pass.atLeast(patches, pixels * window);
      int images = rows * Math.max(inputShape().size(), outputShape().size());
      masked = Pass.atLeast(masked, images);
      inputMasks = masks(call, 0, dropout(), inputShape().size(), inputMasks);
      stateMasks = masks(call, 4, recurrentDropout(), outputShape().size(), stateMasks);
    }

    private float[] masks(ForwardContext call, int stream, double rate, int width, float[] buffer) {
      if (!call.isTraining() || rate == 0) {
        return null;
      }
      float[] masks = Pass.atLeast(buffer == null ? new float[0] : buffer, 4 * rows * width);
      drawMasks(call, stream, 4, rate, width, masks);
      return masks;
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
      convolve(inputPatches, input(), k, inputMasks, weights().get(0));
      convolve(statePatches, state(0), k, stateMasks, weights().get(1));
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

    /** Some columns of the gates at step k, a row for each pixel. */
    private Matrix gatesOf(int k, int from, int width) {
      return gates.set(gateValues, k * pixels * columns + from, pixels, width, columns);
    }

    /** Points a view at the state of step k, a row for each pixel. */
    private Matrix image(TimeSteps state, int k, Matrix view) {
      return view.set(state.values(), state.at(k), pixels, filters);
    }

    /** gates += x * W. */
    private void convolve(Patches windows, TimeSteps x, int k, float[] masks, Weight kernel) {
      int parts = masks == null ? 1 : 4;
      int width = columns / parts;
      for (int part = 0; part < parts; part++) {
        unfold(windows, x, k, masks, part);
        kernels.multiply(
            left.set(patches, 0, pixels, windows.size()),
            right.set(kernel.values(), part * width, windows.size(), width, columns),
            gatesOf(k, part * width, width),
            true);
      }
    }

    /** The windows of x at step k, x masked for one of the gates where masks are given. */
    private void unfold(Patches windows, TimeSteps x, int k, float[] masks, int gate) {
      if (masks == null) {
        windows.unfold(rows, x.values(), x.at(k), patches);
        return;
      }
      int size = rows * x.width();
      kernels.multiplyElements(
          left.set(x.values(), x.at(k), 1, size),
          right.set(masks, gate * size, 1, size),
          result.set(masked, 0, 1, size),
          false);
      windows.unfold(rows, masked, 0, patches);
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
      convolveBack(inputPatches, input(), k, inputMasks, 0, gradients, images, imagesAt);
      convolveBack(statePatches, state(0), k, stateMasks, 1, gradients, stateGradient(0), 0);
    }

    /** dW += patches of xᵀ·dgates, and dx += what comes back to x, unless dx is null. */
    private void convolveBack(
        Patches windows,
        TimeSteps x,
        int k,
        float[] masks,
        int weight,
        Gradient[] gradients,
        float[] dx,
        int dxAt) {
      int parts = masks == null ? 1 : 4;
      int width = columns / parts;
      float[] transposed = transposed(weights().get(weight));
      for (int part = 0; part < parts; part++) {
        unfold(windows, x, k, masks, part);
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
        if (masks == null) {
          windows.fold(rows, patches, dx, dxAt);
        } else {
          int size = rows * x.width();
          Arrays.fill(masked, 0, size, 0f);
          windows.fold(rows, patches, masked, 0);
          kernels.multiplyElements(
              left.set(masked, 0, 1, size),
              right.set(masks, part * size, 1, size),
              result.set(dx, dxAt, 1, size),
              true);
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
