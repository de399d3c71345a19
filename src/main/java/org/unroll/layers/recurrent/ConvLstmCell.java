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
 * The base class of {@link ConvLstm1DCell} and {@link ConvLstm2DCell}, with the passes of both. A
 * signal is computed as an image with one column.
 *
 * @param <C> the type of the cell itself, returned by the setters
 */
public abstract class ConvLstmCell<C extends ConvLstmCell<C>> extends UnitsCell<C>
    implements LstmOptions<C> {
  private Shape checkedOutput; // before the cell is built

  private static final int[] ONES = {1, 1};

  ConvLstmCell(RecurrentArguments arguments) {
    super("ConvLSTMCell", arguments);
  }

  /** Returns the shape of a signal or an image as an image. */
  abstract Shape image(Shape step);

  /** Returns the shape of an image as that of a signal or an image. */
  abstract Shape step(Shape image);

  static Padding checkedPadding(Padding padding) {
    if (padding == Padding.CAUSAL) {
      throw new IllegalArgumentException(
          "padding must be valid or same, but was causal, which is for sequences.");
    }
    return padding;
  }

  @Override
  protected int gates() {
    return 4;
  }

  @Override
  protected Initializer initialBias() {
    return withForgetBias(1);
  }

  /**
   * Returns the shapes of h and c, which are those of the output. They are known after {@link
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

  /** Returns the shape of the output for an image. */
  final Shape output(Shape image, Layer owner) {
    RecurrentArguments all = arguments();
    checkedOutput =
        step(
            Patches.positions(
                    owner, image, all.padding, all.kernelSize, all.strides, all.dilationRate)
                .withLast(units()));
    return checkedOutput;
  }

  private Patches inputPatches() {
    RecurrentArguments all = arguments();
    return Patches.of(
        image(inputShape()), all.padding, all.kernelSize, all.strides, all.dilationRate);
  }

  private Patches statePatches() {
    return Patches.of(image(outputShape()), Padding.SAME, arguments().kernelSize, ONES, ONES);
  }

  /** Returns the shape of a kernel with the given numbers of inputs and outputs. */
  abstract Shape kernel(int inputs, int outputs);

  @Override
  protected void createWeights(Shape input, WeightFactory factory) {
    int columns = 4 * units();
    createWeights(kernel(input.last(), columns), kernel(units(), columns), factory);
  }

  @Override
  public CellPass newCellPass() {
    return new ConvLstmPass();
  }

  private final class ConvLstmPass extends CellPass {
    private final Kernels kernels = Compute.kernels();
    private final Activation act = activation();
    private final Activation sigma = recurrentActivation();
    private final int filters = units();
    private final int columns = 4 * filters;
    private final Patches inputPatches = inputPatches();
    private final Patches statePatches = statePatches();
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

    ConvLstmPass() {
      for (int gate = 0; gate < 4; gate++) {
        inputDropout[gate] = dropout(gate, ConvLstmCell.this.dropout());
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
