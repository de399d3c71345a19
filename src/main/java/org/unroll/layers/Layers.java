package org.unroll.layers;

import org.unroll.compute.Activation;
import org.unroll.data.Shape;
import org.unroll.layers.convolution.AveragePooling1D;
import org.unroll.layers.convolution.Conv1D;
import org.unroll.layers.convolution.GlobalAveragePooling1D;
import org.unroll.layers.convolution.GlobalMaxPooling1D;
import org.unroll.layers.convolution.MaxPooling1D;
import org.unroll.layers.core.ActivationLayer;
import org.unroll.layers.core.AttentionPooling;
import org.unroll.layers.core.Dense;
import org.unroll.layers.core.Dropout;
import org.unroll.layers.core.Embedding;
import org.unroll.layers.core.Flatten;
import org.unroll.layers.core.GaussianNoise;
import org.unroll.layers.core.Masking;
import org.unroll.layers.core.Permute;
import org.unroll.layers.core.RepeatVector;
import org.unroll.layers.core.Reshape;
import org.unroll.layers.core.SpatialDropout1D;
import org.unroll.layers.core.TimeDistributed;
import org.unroll.layers.normalization.BatchNormalization;
import org.unroll.layers.normalization.LayerNormalization;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.layers.recurrent.ConvLstm2D;
import org.unroll.layers.recurrent.ConvLstm2DCell;
import org.unroll.layers.recurrent.Gru;
import org.unroll.layers.recurrent.GruCell;
import org.unroll.layers.recurrent.Lstm;
import org.unroll.layers.recurrent.LstmCell;
import org.unroll.layers.recurrent.LstmVariantCell;
import org.unroll.layers.recurrent.MinimalGatedUnitCell;
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
 * The layers by their names, for {@code import static org.unroll.layers.Layers.*}. What a layer
 * computes, its arguments and their defaults stand in the class that is returned.
 */
public final class Layers {
  private Layers() {}

  /**
   * The shape of one sample, without the batch: {@code input(240, 14)}, or {@code input(Shape.ANY,
   * 14)} for sequences of any length.
   */
  public static Input input(int... axes) {
    return new Input(Shape.of(axes));
  }

  /** See {@link Dense}. */
  public static Dense dense(int units) {
    return new Dense(units);
  }

  /** See {@link Dense}; with an activation by its Keras name, such as {@code "sigmoid"}. */
  public static Dense dense(int units, String activation) {
    return new Dense(units).activation(activation);
  }

  /** See {@link SimpleRnn}. */
  public static SimpleRnn simpleRnn(int units) {
    return new SimpleRnn(simpleRnnCell(units));
  }

  /** See {@link Lstm}. */
  public static Lstm lstm(int units) {
    return new Lstm(lstmCell(units));
  }

  /** See {@link Gru}. */
  public static Gru gru(int units) {
    return new Gru(gruCell(units));
  }

  /** See {@link ConvLstm2D}; a window of as many rows as columns. */
  public static ConvLstm2D convLstm2D(int filters, int kernelSize) {
    return convLstm2D(filters, kernelSize, kernelSize);
  }

  /** See {@link ConvLstm2D}. */
  public static ConvLstm2D convLstm2D(int filters, int kernelRows, int kernelColumns) {
    return new ConvLstm2D(new ConvLstm2DCell(filters, kernelRows, kernelColumns));
  }

  /** See {@link Rnn}. */
  public static Rnn rnn(Cell cell) {
    return new Rnn(cell);
  }

  /** See {@link SimpleRnnCell}. */
  public static SimpleRnnCell simpleRnnCell(int units) {
    return new SimpleRnnCell(units);
  }

  /** See {@link LstmCell}. */
  public static LstmCell lstmCell(int units) {
    return new LstmCell(units);
  }

  /** See {@link GruCell}. */
  public static GruCell gruCell(int units) {
    return new GruCell(units);
  }

  /** See {@link LstmVariantCell}. */
  public static LstmVariantCell lstmVariantCell(int units) {
    return new LstmVariantCell(units);
  }

  /** See {@link MinimalGatedUnitCell}. */
  public static MinimalGatedUnitCell minimalGatedUnitCell(int units) {
    return new MinimalGatedUnitCell(units);
  }

  /** See {@link StackedRnnCells}; the cell that takes the input first. */
  public static StackedRnnCells stackedRnnCells(Cell... cells) {
    return new StackedRnnCells(cells);
  }

  /**
   * See {@link Embedding}.
   *
   * @param inputDim number of different indices, the largest index + 1
   * @param outputDim length of a vector
   */
  public static Embedding embedding(int inputDim, int outputDim) {
    return new Embedding(inputDim, outputDim);
  }

  /** See {@link Dropout}. */
  public static Dropout dropout(double rate) {
    return new Dropout(rate);
  }

  /** See {@link TimeDistributed}. */
  public static TimeDistributed timeDistributed(Layer layer) {
    return new TimeDistributed(layer);
  }

  /** See {@link ActivationLayer}; the activation by its Keras name. */
  public static ActivationLayer activation(String name) {
    return new ActivationLayer(Activation.of(name));
  }

  /** See {@link Flatten}. */
  public static Flatten flatten() {
    return new Flatten();
  }

  /** See {@link Bidirectional}; the outputs of both directions side by side. */
  public static Bidirectional bidirectional(RecurrentLayer<?> layer) {
    return new Bidirectional(layer);
  }

  /**
   * See {@link Masking}; time steps whose values all equal {@code maskValue} (Keras's default is 0)
   * do not count.
   */
  public static Masking masking(double maskValue) {
    return new Masking(maskValue);
  }

  /** See {@link RepeatVector}. */
  public static RepeatVector repeatVector(int n) {
    return new RepeatVector(n);
  }

  /**
   * See {@link Conv1D}.
   *
   * @param filters number of values that a window gives
   * @param kernelSize number of time steps that a window looks at
   */
  public static Conv1D conv1D(int filters, int kernelSize) {
    return new Conv1D(filters, kernelSize);
  }

  /** See {@link MaxPooling1D}; the number of time steps in a window. */
  public static MaxPooling1D maxPooling1D(int poolSize) {
    return new MaxPooling1D(poolSize);
  }

  /** See {@link AveragePooling1D}; the number of time steps in a window. */
  public static AveragePooling1D averagePooling1D(int poolSize) {
    return new AveragePooling1D(poolSize);
  }

  /** See {@link GlobalMaxPooling1D}. */
  public static GlobalMaxPooling1D globalMaxPooling1D() {
    return new GlobalMaxPooling1D();
  }

  /** See {@link GlobalAveragePooling1D}. */
  public static GlobalAveragePooling1D globalAveragePooling1D() {
    return new GlobalAveragePooling1D();
  }

  /** See {@link LayerNormalization}. */
  public static LayerNormalization layerNormalization() {
    return new LayerNormalization();
  }

  /** See {@link BatchNormalization}. */
  public static BatchNormalization batchNormalization() {
    return new BatchNormalization();
  }

  /** See {@link SpatialDropout1D}. */
  public static SpatialDropout1D spatialDropout1D(double rate) {
    return new SpatialDropout1D(rate);
  }

  /** See {@link GaussianNoise}. */
  public static GaussianNoise gaussianNoise(double stddev) {
    return new GaussianNoise(stddev);
  }

  /** See {@link Reshape}; one of the axes may be {@link Shape#ANY}. */
  public static Reshape reshape(int... targetShape) {
    return new Reshape(Shape.of(targetShape));
  }

  /** See {@link Permute}; the axes behind the batch axis, counted from 1. */
  public static Permute permute(int... dims) {
    return new Permute(dims);
  }

  /** See {@link AttentionPooling}; with the additive score, through so many units. */
  public static AttentionPooling additiveAttention(int units) {
    return AttentionPooling.additive(units);
  }

  /** See {@link AttentionPooling}; with the scaled dot product as the score. */
  public static AttentionPooling dotProductAttention() {
    return AttentionPooling.dotProduct();
  }

  /** The penalty {@code factor·Σ|w|}, for {@code kernelRegularizer} and its siblings. */
  public static Regularizer l1(double factor) {
    return new Regularizer(factor, 0);
  }

  /** The penalty {@code factor·Σw²}. */
  public static Regularizer l2(double factor) {
    return new Regularizer(0, factor);
  }

  /** The penalty {@code l1·Σ|w| + l2·Σw²}. */
  public static Regularizer l1l2(double l1, double l2) {
    return new Regularizer(l1, l2);
  }
}
