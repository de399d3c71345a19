package org.unroll.training;

import java.util.Arrays;
import org.unroll.compute.Activation;
import org.unroll.losses.InvalidTargetException;
import org.unroll.losses.Loss;
import org.unroll.metrics.Metric;
import org.unroll.metrics.WeightedMetric;
import org.unroll.network.NetworkPass;
import org.unroll.network.Tensor;

/** Computes the loss and the metrics of one output for one slice of a batch at a time. */
final class OutputScorer {
  private final int index; // of the output
  private final Batch batch;
  private final Loss loss;
  private final Loss logitsLoss; // the same loss on the logits of the output, or null
  private final Loss.OverSequences sequences; // null for a loss of positions
  private final Metric[] metrics;
  private final Tensor outputGradient = new Tensor();
  private float[] target = {}; // one sample, row-major
  private float[] targets = {}; // the slice, position by position
  private float[] counts = {}; // one for each position
  private float[] lossCounts = {};
  private float[] weight = {}; // one sample
  private float[] sampleWeights = {}; // one for each position
  private float[] maskedWeights = {};
  private float[] lossWeights = {};
  private float[] gradient = {};

  /**
   * Creates a scorer of an output.
   *
   * @param activation the output activation whose input is the gradient's variable, or null
   * @param batch the current batch
   */
  OutputScorer(CompiledOutput compiled, int index, Activation activation, Batch batch) {
    this.index = index;
    this.batch = batch;
    loss = compiled.loss();
    logitsLoss = activation == null ? null : loss.onLogits(activation);
    sequences = loss.overSequences();
    metrics = compiled.metrics().values().toArray(Metric[]::new);
  }

  /** Returns the index of the output. */
  int index() {
    return index;
  }

  /** Returns whether the gradient is with respect to the logits of the output. */
  boolean usesLogits() {
    return logitsLoss != null;
  }

  /** Returns the gradient of the loss by the output, or by its logits. */
  Tensor outputGradient() {
    return outputGradient;
  }

  /**
   * Adds up loss and metrics of a slice and, in training, the gradient of the loss by the output.
   *
   * @param from the row of the batch where the slice begins
   */
  void score(SliceResult.Output slice, NetworkPass pass, int from, boolean training) {
    Tensor output = pass.output(index);
    int outputs = output.shape().last();
    // A loss of whole sequences has one position for each sample, and applies the mask itself.
    int positions = sequences == null ? output.size() / outputs : output.rows();
    gatherTargets(output, from, positions, targetWidth(outputs));
    float[] counted = sequences == null ? counted(output.mask(), positions) : null;
    float[] given = batch.target(index).weightShape() == null ? null : gatherWeights(output, from);
    if (training) {
      gradient = enlarged(gradient, output.size());
      outputGradient.set(gradient, 0, output.rows(), output.shape(), null);
    }
    Tensor scored = logitsLoss == null ? output : pass.logits(index);
    score(slice, output, scored, given, counted, positions, from, training);
    float[] weighted = given == null ? counted : masked(given, counted, positions);
    for (int m = 0; m < metrics.length; m++) {
      Metric metric = metrics[m];
      boolean isWeighted = metric instanceof WeightedMetric;
      float[] all = isWeighted ? given : null;
      float[] weights = metric.countsMasked() ? all : isWeighted ? weighted : counted;
      Arrays.fill(slice.metricSums[m], 0);
      metric.add(
          positions,
          outputs,
          output.values(),
          output.offset(),
          targets,
          weights,
          slice.metricSums[m]);
    }
  }

  /** Adds up the loss. */
  private void score(
      SliceResult.Output slice,
      Tensor output,
      Tensor scored,
      float[] given,
      float[] counted,
      int positions,
      int from,
      boolean training) {
    int outputs = output.shape().last();
    int width = targetWidth(outputs);
    float[] lossCounted = lossCounted(counted, positions, width);
    lossWeights = enlarged(lossWeights, positions);
    slice.plain = given == null && counted == null;
    slice.positions = positions;
    slice.counted = 0;
    slice.weight = 0;
    for (int i = 0; i < positions; i++) {
      float counts = lossCounted == null ? 1 : lossCounted[i];
      lossWeights[i] = given == null ? counts : given[i] * counts;
      slice.counted += counts;
      slice.weight += lossWeights[i];
    }
    boolean plain = given == null && lossCounted == null;
    if (loss.overBatch() != null) {
      Arrays.fill(slice.lossSums, 0);
      loss.overBatch()
          .add(positions, outputs, output.values(), output.offset(), targets, slice.lossSums);
      return;
    }
    float[] weights = plain ? null : lossWeights;
    float[] slopes = training ? gradient : null;
    try {
      slice.loss =
          sequences != null
              ? sequences.sum(scored, targets, width, weights, slopes)
              : (logitsLoss == null ? loss : logitsLoss)
                  .sum(
                      positions,
                      outputs,
                      scored.values(),
                      scored.offset(),
                      targets,
                      weights,
                      slopes);
    } catch (InvalidTargetException e) {
      // Targets are time-major.
      int perStep = positions / output.rows() / targetSteps(output) * width;
      int place = e.position() / perStep;
      int sample = batch.sample(from + place % output.rows());
      int begin = batch.target(index) instanceof Stretches stretches ? stretches.from() : 0;
      throw e.at(sample, begin + place / output.rows(), begin + targetSteps(output));
    }
  }

  /** Returns the number of target values of a position. */
  private int targetWidth(int outputs) {
    return sequences == null ? loss.targetWidth(outputs) : batch.target(index).targetShape().size();
  }

  /** Returns the number of time steps that have targets and weights. */
  private int targetSteps(Tensor output) {
    return sequences == null ? output.timesteps() : 1;
  }

  /**
   * Computes the gradient of a loss of whole batches by the output of {@link #score}.
   *
   * @param sums the sums over the batch
   * @param weight the sum of the weights of the batch
   */
  void differentiate(double[] sums, double weight) {
    loss.overBatch().differentiate(sums, weight, outputGradient.size(), targets, gradient);
  }

  /** Multiplies the gradient by a number. */
  void scale(double factor) {
    for (int i = 0; i < outputGradient.size(); i++) {
      gradient[i] = (float) (gradient[i] * factor);
    }
  }

  /** Copies the targets of the rows to the time-major layout of the output. */
  private void gatherTargets(Tensor output, int from, int positions, int width) {
    int count = output.rows();
    int perRow = positions / count;
    int timesteps = targetSteps(output);
    int perStep = perRow / timesteps * width;
    target = enlarged(target, perRow * width);
    targets = enlarged(targets, positions * width);
    for (int r = 0; r < count; r++) {
      batch.target(index).copyTarget(batch.sample(from + r), target, 0);
      for (int t = 0; t < timesteps; t++) {
        System.arraycopy(target, t * perStep, targets, (t * count + r) * perStep, perStep);
      }
    }
  }

  /** Returns 0 for masked positions and 1 for the others, or null if there is no mask. */
  private float[] counted(boolean[] mask, int positions) {
    if (mask == null) {
      return null;
    }
    counts = enlarged(counts, positions);
    for (int i = 0; i < positions; i++) {
      counts[i] = mask[i] ? 1f : 0f;
    }
    return counts;
  }

  /** Returns 0 for positions that do not count for the loss, or null if all count. */
  private float[] lossCounted(float[] counted, int positions, int targetWidth) {
    boolean ignores = false;
    for (int i = 0; i < positions && !ignores; i++) {
      ignores = !loss.counts(targets, i * targetWidth);
    }
    if (!ignores) {
      return counted;
    }
    lossCounts = enlarged(lossCounts, positions);
    for (int i = 0; i < positions; i++) {
      boolean counts =
          (counted == null || counted[i] != 0) && loss.counts(targets, i * targetWidth);
      lossCounts[i] = counts ? 1 : 0;
    }
    return lossCounts;
  }

  /** Copies the weights of the samples to the time-major layout of the output. */
  private float[] gatherWeights(Tensor output, int from) {
    int count = output.rows();
    int perRow = batch.target(index).weightShape().size();
    int timesteps = targetSteps(output);
    int perStep = perRow / timesteps;
    weight = enlarged(weight, perRow);
    sampleWeights = enlarged(sampleWeights, count * perRow);
    for (int r = 0; r < count; r++) {
      batch.target(index).copyWeights(batch.sample(from + r), weight, 0);
      for (int t = 0; t < timesteps; t++) {
        System.arraycopy(weight, t * perStep, sampleWeights, (t * count + r) * perStep, perStep);
      }
    }
    return sampleWeights;
  }

  /** Returns the weights with 0 at masked positions. */
  private float[] masked(float[] all, float[] counted, int positions) {
    if (counted == null) {
      return all;
    }
    maskedWeights = enlarged(maskedWeights, positions);
    for (int i = 0; i < positions; i++) {
      maskedWeights[i] = all[i] * counted[i];
    }
    return maskedWeights;
  }

  /** Returns the buffer if it is large enough, else a new one. */
  static float[] enlarged(float[] buffer, int length) {
    return buffer.length >= length ? buffer : new float[length];
  }
}
