package org.unroll.layers;

import java.util.List;
import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.layers.attention.AdditiveAttention;
import org.unroll.layers.attention.Attention;
import org.unroll.layers.attention.MultiHeadAttention;
import org.unroll.layers.cells.ClockworkCell;
import org.unroll.layers.cells.GridLstmCell;
import org.unroll.layers.cells.LstmVariantCell;
import org.unroll.layers.cells.MinGruCell;
import org.unroll.layers.cells.MinLstmCell;
import org.unroll.layers.cells.MinimalGatedUnitCell;
import org.unroll.layers.cells.MutCell;
import org.unroll.layers.cells.SlstmCell;
import org.unroll.layers.convolution.AveragePooling1D;
import org.unroll.layers.convolution.AveragePooling2D;
import org.unroll.layers.convolution.Conv1D;
import org.unroll.layers.convolution.Conv1DTranspose;
import org.unroll.layers.convolution.Conv2D;
import org.unroll.layers.convolution.Conv2DTranspose;
import org.unroll.layers.convolution.Cropping1D;
import org.unroll.layers.convolution.DepthwiseConv1D;
import org.unroll.layers.convolution.GlobalAveragePooling1D;
import org.unroll.layers.convolution.GlobalAveragePooling2D;
import org.unroll.layers.convolution.GlobalMaxPooling1D;
import org.unroll.layers.convolution.GlobalMaxPooling2D;
import org.unroll.layers.convolution.MaxPooling1D;
import org.unroll.layers.convolution.MaxPooling2D;
import org.unroll.layers.convolution.SeparableConv1D;
import org.unroll.layers.convolution.UpSampling1D;
import org.unroll.layers.convolution.ZeroPadding1D;
import org.unroll.layers.core.ActivationLayer;
import org.unroll.layers.core.ActivityRegularization;
import org.unroll.layers.core.AlphaDropout;
import org.unroll.layers.core.AttentionPooling;
import org.unroll.layers.core.Dense;
import org.unroll.layers.core.Dropout;
import org.unroll.layers.core.Elu;
import org.unroll.layers.core.Embedding;
import org.unroll.layers.core.Flatten;
import org.unroll.layers.core.GaussianDropout;
import org.unroll.layers.core.GaussianNoise;
import org.unroll.layers.core.LeakyRelu;
import org.unroll.layers.core.Masking;
import org.unroll.layers.core.OrderedQuantiles;
import org.unroll.layers.core.Permute;
import org.unroll.layers.core.Prelu;
import org.unroll.layers.core.Relu;
import org.unroll.layers.core.RepeatVector;
import org.unroll.layers.core.Rescaling;
import org.unroll.layers.core.Reshape;
import org.unroll.layers.core.SequentialLayer;
import org.unroll.layers.core.Softmax;
import org.unroll.layers.core.SpatialDropout1D;
import org.unroll.layers.core.TimeDistributed;
import org.unroll.layers.merging.Add;
import org.unroll.layers.merging.Average;
import org.unroll.layers.merging.Concatenate;
import org.unroll.layers.merging.Dot;
import org.unroll.layers.merging.Maximum;
import org.unroll.layers.merging.Minimum;
import org.unroll.layers.merging.Multiply;
import org.unroll.layers.merging.Subtract;
import org.unroll.layers.normalization.BatchNormalization;
import org.unroll.layers.normalization.GroupNormalization;
import org.unroll.layers.normalization.LayerNormalization;
import org.unroll.layers.normalization.Normalization;
import org.unroll.layers.normalization.UnitNormalization;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.layers.recurrent.ConvLstm1D;
import org.unroll.layers.recurrent.ConvLstm1DCell;
import org.unroll.layers.recurrent.ConvLstm2D;
import org.unroll.layers.recurrent.ConvLstm2DCell;
import org.unroll.layers.recurrent.Gru;
import org.unroll.layers.recurrent.GruCell;
import org.unroll.layers.recurrent.Lstm;
import org.unroll.layers.recurrent.LstmCell;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.SimpleRnn;
import org.unroll.layers.recurrent.SimpleRnnCell;
import org.unroll.layers.recurrent.StackedRnnCells;
import org.unroll.network.Cell;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Regularizer;

/**
 * Factory methods for all layers, cells and regularizers. Use them with {@code import static
 * org.unroll.layers.Layers.*}. The class that a method returns documents what the layer computes,
 * its arguments and their defaults.
 */
public final class Layers {
  private Layers() {}

  /**
   * Returns the {@link Input} of a model: the shape of one sample, without the batch axis. {@code
   * input(240, 14)} is a sequence of 240 time steps with 14 features; {@code input(Shape.ANY, 14)}
   * accepts sequences of any length.
   */
  public static Input input(int... axes) {
    return new Input(Shape.of(axes));
  }

  /** Returns a {@link Dense} layer. */
  public static Dense dense(int units) {
    return new Dense(units);
  }

  /**
   * Returns a {@link Dense} layer with an activation by its Keras name, such as {@code "sigmoid"}.
   */
  public static Dense dense(int units, String activation) {
    return new Dense(units).activation(activation);
  }

  /** Returns a {@link SimpleRnn} layer. */
  public static SimpleRnn simpleRnn(int units) {
    return new SimpleRnn(simpleRnnCell(units));
  }

  /** Returns an {@link Lstm} layer. */
  public static Lstm lstm(int units) {
    return new Lstm(lstmCell(units));
  }

  /** Returns a {@link Gru} layer. */
  public static Gru gru(int units) {
    return new Gru(gruCell(units));
  }

  /** Returns a {@link ConvLstm2D} layer whose kernel has as many rows as columns. */
  public static ConvLstm2D convLstm2D(int filters, int kernelSize) {
    return convLstm2D(filters, kernelSize, kernelSize);
  }

  /** Returns a {@link ConvLstm2D} layer. */
  public static ConvLstm2D convLstm2D(int filters, int kernelRows, int kernelColumns) {
    return new ConvLstm2D(new ConvLstm2DCell(filters, kernelRows, kernelColumns));
  }

  /** Returns a {@link ConvLstm1D} layer. */
  public static ConvLstm1D convLstm1D(int filters, int kernelSize) {
    return new ConvLstm1D(new ConvLstm1DCell(filters, kernelSize));
  }

  /** Returns an {@link Rnn} layer, which applies any cell to a sequence. */
  public static Rnn rnn(Cell cell) {
    return new Rnn(cell);
  }

  /** Returns a {@link SimpleRnnCell}. */
  public static SimpleRnnCell simpleRnnCell(int units) {
    return new SimpleRnnCell(units);
  }

  /** Returns an {@link LstmCell}. */
  public static LstmCell lstmCell(int units) {
    return new LstmCell(units);
  }

  /** Returns a {@link GruCell}. */
  public static GruCell gruCell(int units) {
    return new GruCell(units);
  }

  /** Returns an {@link LstmVariantCell}, an LSTM whose parts can be removed or added. */
  public static LstmVariantCell lstmVariantCell(int units) {
    return new LstmVariantCell(units);
  }

  /**
   * Returns the cells of depth-gated LSTM layers (Yao et al. 2015): a stack of {@link
   * LstmVariantCell}s with peepholes, in which each cell but the first has a depth gate to the cell
   * state of the cell below.
   *
   * @param units the number of units of each cell
   * @param layers the number of cells
   * @throws IllegalArgumentException if one of the numbers is less than 1
   */
  public static StackedRnnCells depthGatedLstmCells(int units, int layers) {
    Cell[] cells = new Cell[Math.max(0, layers)];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = lstmVariantCell(units).peepholes(true).depthGate(i > 0);
    }
    return stackedRnnCells(cells);
  }

  /** Returns a {@link MinimalGatedUnitCell}. */
  public static MinimalGatedUnitCell minimalGatedUnitCell(int units) {
    return new MinimalGatedUnitCell(units);
  }

  /** Returns the {@link MutCell} MUT1 of Jozefowicz et al. (2015). */
  public static MutCell mut1Cell(int units) {
    return new MutCell(units, MutCell.Kind.MUT1);
  }

  /** Returns the {@link MutCell} MUT2 of Jozefowicz et al. (2015). */
  public static MutCell mut2Cell(int units) {
    return new MutCell(units, MutCell.Kind.MUT2);
  }

  /** Returns the {@link MutCell} MUT3 of Jozefowicz et al. (2015). */
  public static MutCell mut3Cell(int units) {
    return new MutCell(units, MutCell.Kind.MUT3);
  }

  /** Returns a {@link MinGruCell}. */
  public static MinGruCell minGruCell(int units) {
    return new MinGruCell(units);
  }

  /** Returns a {@link MinLstmCell}. */
  public static MinLstmCell minLstmCell(int units) {
    return new MinLstmCell(units);
  }

  /** Returns an {@link SlstmCell}. */
  public static SlstmCell slstmCell(int units) {
    return new SlstmCell(units);
  }

  /**
   * Returns a {@link ClockworkCell}.
   *
   * @param units the number of units, a multiple of the number of modules
   * @param periods the period of each module in time steps, starting with the fastest
   */
  public static ClockworkCell clockworkCell(int units, int... periods) {
    return new ClockworkCell(units, periods);
  }

  /** Returns a {@link GridLstmCell}, whose dimensions are time and depth. */
  public static GridLstmCell gridLstmCell(int units, int layers) {
    return new GridLstmCell(units, layers);
  }

  /** Returns {@link StackedRnnCells}, starting with the cell that receives the input. */
  public static StackedRnnCells stackedRnnCells(Cell... cells) {
    return new StackedRnnCells(cells);
  }

  /**
   * Returns an {@link Embedding} layer.
   *
   * @param inputDim the number of different indices: the largest index + 1
   * @param outputDim the length of a vector
   */
  public static Embedding embedding(int inputDim, int outputDim) {
    return new Embedding(inputDim, outputDim);
  }

  /** Returns a {@link Dropout} layer that drops the given share of its input in training. */
  public static Dropout dropout(double rate) {
    return new Dropout(rate);
  }

  /** Returns a {@link TimeDistributed} layer, which applies a layer to each time step. */
  public static TimeDistributed timeDistributed(Layer layer) {
    return new TimeDistributed(layer);
  }

  /** Returns an {@link ActivationLayer} with an activation by its Keras name. */
  public static ActivationLayer activation(String name) {
    return new ActivationLayer(Activation.of(name));
  }

  /** Returns a {@link Flatten} layer. */
  public static Flatten flatten() {
    return new Flatten();
  }

  /** Returns a {@link Bidirectional} layer, which concatenates the outputs of both directions. */
  public static Bidirectional bidirectional(RecurrentLayer<?> layer) {
    return new Bidirectional(layer);
  }

  /**
   * Returns a {@link Masking} layer. Later layers skip time steps whose values all equal {@code
   * maskValue}; Keras's default is 0.
   */
  public static Masking masking(double maskValue) {
    return new Masking(maskValue);
  }

  /**
   * Returns an {@link OrderedQuantiles} layer, which keeps the quantiles of each target from
   * crossing: {@code dense(24 * 3), orderedQuantiles(3)}.
   *
   * @param count the number of quantiles of each target
   */
  public static OrderedQuantiles orderedQuantiles(int count) {
    return new OrderedQuantiles(count);
  }

  /** Returns a {@link RepeatVector} layer that repeats its input n times. */
  public static RepeatVector repeatVector(int n) {
    return new RepeatVector(n);
  }

  /**
   * Returns a {@link Conv1D} layer.
   *
   * @param filters the number of output values per window
   * @param kernelSize the number of time steps in a window
   */
  public static Conv1D conv1D(int filters, int kernelSize) {
    return new Conv1D(filters, kernelSize);
  }

  /** Returns a {@link MaxPooling1D} layer with windows of {@code poolSize} time steps. */
  public static MaxPooling1D maxPooling1D(int poolSize) {
    return new MaxPooling1D(poolSize);
  }

  /** Returns an {@link AveragePooling1D} layer with windows of {@code poolSize} time steps. */
  public static AveragePooling1D averagePooling1D(int poolSize) {
    return new AveragePooling1D(poolSize);
  }

  /** Returns a {@link Conv2D} layer whose windows have as many rows as columns. */
  public static Conv2D conv2D(int filters, int kernelSize) {
    return conv2D(filters, kernelSize, kernelSize);
  }

  /** Returns a {@link Conv2D} layer. */
  public static Conv2D conv2D(int filters, int kernelRows, int kernelColumns) {
    return new Conv2D(filters, kernelRows, kernelColumns);
  }

  /** Returns a {@link Conv1DTranspose} layer. */
  public static Conv1DTranspose conv1DTranspose(int filters, int kernelSize) {
    return new Conv1DTranspose(filters, kernelSize);
  }

  /** Returns a {@link Conv2DTranspose} layer whose windows have as many rows as columns. */
  public static Conv2DTranspose conv2DTranspose(int filters, int kernelSize) {
    return conv2DTranspose(filters, kernelSize, kernelSize);
  }

  /** Returns a {@link Conv2DTranspose} layer. */
  public static Conv2DTranspose conv2DTranspose(int filters, int kernelRows, int kernelColumns) {
    return new Conv2DTranspose(filters, kernelRows, kernelColumns);
  }

  /** Returns a {@link MaxPooling2D} layer whose windows have as many rows as columns. */
  public static MaxPooling2D maxPooling2D(int poolSize) {
    return maxPooling2D(poolSize, poolSize);
  }

  /** Returns a {@link MaxPooling2D} layer. */
  public static MaxPooling2D maxPooling2D(int poolRows, int poolColumns) {
    return new MaxPooling2D(poolRows, poolColumns);
  }

  /** Returns an {@link AveragePooling2D} layer whose windows have as many rows as columns. */
  public static AveragePooling2D averagePooling2D(int poolSize) {
    return averagePooling2D(poolSize, poolSize);
  }

  /** Returns an {@link AveragePooling2D} layer. */
  public static AveragePooling2D averagePooling2D(int poolRows, int poolColumns) {
    return new AveragePooling2D(poolRows, poolColumns);
  }

  /** Returns a {@link GlobalMaxPooling2D} layer. */
  public static GlobalMaxPooling2D globalMaxPooling2D() {
    return new GlobalMaxPooling2D();
  }

  /** Returns a {@link GlobalAveragePooling2D} layer. */
  public static GlobalAveragePooling2D globalAveragePooling2D() {
    return new GlobalAveragePooling2D();
  }

  /** Returns a {@link GlobalMaxPooling1D} layer. */
  public static GlobalMaxPooling1D globalMaxPooling1D() {
    return new GlobalMaxPooling1D();
  }

  /** Returns a {@link GlobalAveragePooling1D} layer. */
  public static GlobalAveragePooling1D globalAveragePooling1D() {
    return new GlobalAveragePooling1D();
  }

  /** Returns a {@link LayerNormalization} layer. */
  public static LayerNormalization layerNormalization() {
    return new LayerNormalization();
  }

  /** Returns a {@link BatchNormalization} layer. */
  public static BatchNormalization batchNormalization() {
    return new BatchNormalization();
  }

  /**
   * Returns a {@link GroupNormalization} layer. Keras's default is 32 groups; −1 normalizes each
   * feature separately.
   */
  public static GroupNormalization groupNormalization(int groups) {
    return new GroupNormalization(groups);
  }

  /** Returns a {@link SpatialDropout1D} layer, which drops whole features of a sequence. */
  public static SpatialDropout1D spatialDropout1D(double rate) {
    return new SpatialDropout1D(rate);
  }

  /** Returns a {@link GaussianNoise} layer with the given standard deviation. */
  public static GaussianNoise gaussianNoise(double stddev) {
    return new GaussianNoise(stddev);
  }

  /** Returns a {@link Reshape} layer; one of the axes may be {@link Shape#ANY}. */
  public static Reshape reshape(int... targetShape) {
    return new Reshape(Shape.of(targetShape));
  }

  /** Returns a {@link Permute} layer; axes are counted from 1, without the batch axis. */
  public static Permute permute(int... dims) {
    return new Permute(dims);
  }

  /** Returns {@link AttentionPooling} with the additive score and the given number of units. */
  public static AttentionPooling additiveAttention(int units) {
    return AttentionPooling.additive(units);
  }

  /** Returns {@link AttentionPooling} with the scaled dot product as the score. */
  public static AttentionPooling dotProductAttention() {
    return AttentionPooling.dotProduct();
  }

  /** Returns a {@link Relu} layer. The activation {@code "relu"} is another way to write it. */
  public static Relu relu() {
    return new Relu();
  }

  /** Returns a {@link LeakyRelu} layer with Keras's slope of 0.3 for negative inputs. */
  public static LeakyRelu leakyRelu() {
    return new LeakyRelu();
  }

  /** Returns an {@link Elu} layer. */
  public static Elu elu() {
    return new Elu();
  }

  /** Returns a {@link Prelu} layer, whose slopes are trained. */
  public static Prelu prelu() {
    return new Prelu();
  }

  /** Returns a {@link Softmax} layer. The activation {@code "softmax"} also accepts masks. */
  public static Softmax softmax() {
    return new Softmax();
  }

  /** Returns a {@link Rescaling} layer, which computes {@code scale·x + offset}. */
  public static Rescaling rescaling(double scale, double offset) {
    return new Rescaling(scale, offset);
  }

  /** Returns a {@link Normalization} layer, which standardizes features. */
  public static Normalization normalization() {
    return new Normalization();
  }

  /** Returns a {@link UnitNormalization} layer, which scales vectors to the length 1. */
  public static UnitNormalization unitNormalization() {
    return new UnitNormalization();
  }

  /** Returns an {@link UpSampling1D} layer with {@code size} copies of each time step. */
  public static UpSampling1D upSampling1D(int size) {
    return new UpSampling1D(size);
  }

  /** Returns a {@link ZeroPadding1D} layer. */
  public static ZeroPadding1D zeroPadding1D(int first, int last) {
    return new ZeroPadding1D(first, last);
  }

  /** Returns a {@link Cropping1D} layer. */
  public static Cropping1D cropping1D(int first, int last) {
    return new Cropping1D(first, last);
  }

  /** Returns a {@link SeparableConv1D} layer. */
  public static SeparableConv1D separableConv1D(int filters, int kernelSize) {
    return new SeparableConv1D(filters, kernelSize);
  }

  /** Returns a {@link DepthwiseConv1D} layer. */
  public static DepthwiseConv1D depthwiseConv1D(int kernelSize) {
    return new DepthwiseConv1D(kernelSize);
  }

  /** Returns a {@link GaussianDropout} layer. */
  public static GaussianDropout gaussianDropout(double rate) {
    return new GaussianDropout(rate);
  }

  /** Returns an {@link AlphaDropout} layer, for networks with the activation {@code selu}. */
  public static AlphaDropout alphaDropout(double rate) {
    return new AlphaDropout(rate);
  }

  /** Returns an {@link ActivityRegularization} layer, which adds a penalty on its input. */
  public static ActivityRegularization activityRegularization(double l1, double l2) {
    return new ActivityRegularization(l1, l2);
  }

  /** Returns a {@link SequentialLayer}: a stack of layers that is used as one layer. */
  public static SequentialLayer sequential(Layer... layers) {
    return new SequentialLayer(List.of(layers));
  }

  /** Returns an {@link Add} layer. */
  public static Add add() {
    return new Add();
  }

  /** Returns a {@link Subtract} layer. */
  public static Subtract subtract() {
    return new Subtract();
  }

  /** Returns a {@link Multiply} layer. */
  public static Multiply multiply() {
    return new Multiply();
  }

  /** Returns an {@link Average} layer. */
  public static Average average() {
    return new Average();
  }

  /** Returns a {@link Maximum} layer. */
  public static Maximum maximum() {
    return new Maximum();
  }

  /** Returns a {@link Minimum} layer. */
  public static Minimum minimum() {
    return new Minimum();
  }

  /** Returns a {@link Concatenate} layer that joins its inputs along the last axis. */
  public static Concatenate concatenate() {
    return new Concatenate(-1);
  }

  /** Returns a {@link Concatenate} layer; axis 1 is the time axis of sequences. */
  public static Concatenate concatenate(int axis) {
    return new Concatenate(axis);
  }

  /** Returns a {@link Dot} layer that sums over the same axis of both inputs. */
  public static Dot dot(int axis) {
    return new Dot(axis, axis);
  }

  /** Returns a {@link Dot} layer. */
  public static Dot dot(int firstAxis, int secondAxis) {
    return new Dot(firstAxis, secondAxis);
  }

  /** Returns an {@link Attention} layer, which compares queries and keys by their dot products. */
  public static Attention attention() {
    return new Attention();
  }

  /** Returns an {@link AdditiveAttention} layer. */
  public static AdditiveAttention additiveAttention() {
    return new AdditiveAttention();
  }

  /** Returns a {@link MultiHeadAttention} layer. */
  public static MultiHeadAttention multiHeadAttention(int numHeads, int keyDim) {
    return new MultiHeadAttention(numHeads, keyDim);
  }

  /**
   * Returns the penalty {@code factor·Σ|w|}, for {@code kernelRegularizer} and similar arguments.
   */
  public static Regularizer l1(double factor) {
    return new Regularizer(factor, 0);
  }

  /** Returns the penalty {@code factor·Σw²}. */
  public static Regularizer l2(double factor) {
    return new Regularizer(0, factor);
  }

  /** Returns the penalty {@code l1·Σ|w| + l2·Σw²}. */
  public static Regularizer l1l2(double l1, double l2) {
    return new Regularizer(l1, l2);
  }
}
