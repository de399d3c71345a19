package org.unroll.training;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.ToDoubleFunction;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;
import org.unroll.losses.BatchLoss;
import org.unroll.losses.Loss;
import org.unroll.losses.Reduction;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.NetworkState;
import org.unroll.network.Recorder;
import org.unroll.network.Tensor;
import org.unroll.optimizers.Optimizer;

/**
 * Runs a network over one batch at a time.
 *
 * <p>A batch is cut into slices of a fixed number of rows. A worker thread gathers the rows of a
 * slice, runs them through all layers and time steps, and stores loss, metrics and gradients. These
 * are then added in the order of the slices. The slices depend on the batch size only, so the
 * result is the same to the bit on any number of threads.
 *
 * <p>If a layer looks at a whole batch in training, the slices run through the network part by part
 * and exchange statistics in between, as described in {@link NetworkPass}.
 *
 * <p>Buffers grow with the first batch and are reused. A runner must be {@linkplain #open opened}
 * to run batches: then it has threads, which it gives back when it is closed.
 */
final class BatchRunner implements AutoCloseable {
  /** The largest number of rows whose buffers fit the cache of a core. */
  private static final int LARGEST_SLICE = 16;

  /** Larger than in training: the cache holds no gradients, and a slice reads the weights once. */
  private static final int LARGEST_PREDICTED_SLICE = 32;

  /**
   * The number of input values of a slice that should be in the cache when they are read: 2 MiB.
   */
  private static final int CACHED_INPUTS = 1 << 19;

  /** The rows of a full tile of the kernels' matrix products. */
  private static final int SMALLEST_SLICE = 4;

  /** The number of slices of a small batch, so that as many cores have work. */
  private static final int SLICES = 4;

  /** The smallest number of weights whose gradients are summed on several threads. */
  private static final int SMALLEST_PARALLEL_SUM = 20_000;

  private enum Mode {
    TRAIN,
    EVALUATE,
    PREDICT,
    RECORD
  }

  private final Network network;
  private final List<CompiledOutput> outputs; // empty for predictions
  private final double[][] lossSums; // over the batch, of losses of whole batches
  private final boolean hasBatchLoss;
  private final long seed;
  private final WorkerPool.Task sliceTask = this::runSlice;
  private final WorkerPool.Task partTask = this::runPart;
  private final WorkerPool.Task sumTask = this::sumGradients;
  private final Batch batch;
  private final SliceWorker[] threadWorkers; // one for each thread
  private WorkerPool workers; // null while this runner is closed
  private SliceWorker[] sliceWorkers = {}; // for training part by part
  private NetworkPass[] slicePasses = {};
  private SliceResult[] slices = {};
  private Gradient[][] sliceGradients = {}; // weight by weight, then slice by slice
  private Gradient[] total; // null before the first training batch

  // The current batch.
  private Mode mode = Mode.EVALUATE;
  private int sliceRows;
  private int sliceCount;
  private long step;
  private long weightsVersion;
  private float[][] predictions; // of each output
  private Recorder recorder;
  private NetworkState state; // the initial states, overwritten with the final ones; null for zeros
  private NetworkState stateBefore; // what a stateful network kept before the batch
  private int stateRow; // the row of the states that belongs to the first row of the batch
  private int part; // the current part of the network, in training part by part
  private boolean backward;
  private float sumScale;
  private int sumParts;

  BatchRunner(Network network, List<CompiledOutput> outputs, long seed, int threads) {
    this.network = network;
    this.outputs = outputs;
    this.seed = seed;
    batch = new Batch(network);
    lossSums = new double[outputs.size()][];
    boolean found = false;
    for (int o = 0; o < lossSums.length; o++) {
      BatchLoss batchLoss = outputs.get(o).loss().overBatch();
      lossSums[o] = new double[batchLoss == null ? 0 : batchLoss.sums()];
      found |= batchLoss != null;
    }
    hasBatchLoss = found;
    threadWorkers = new SliceWorker[threads];
    for (int i = 0; i < threads; i++) {
      threadWorkers[i] = newWorker();
    }
  }

  /** Takes the threads. */
  BatchRunner open() {
    workers = WorkerPool.take(threads());
    weightsVersion++;
    return this;
  }

  /** Lets the next batch use nothing that was computed from the weights, which may have changed. */
  void weightsMayHaveChanged() {
    weightsVersion++;
  }

  private SliceWorker newWorker() {
    return new SliceWorker(network, batch, outputs);
  }

  /** Returns the rows of a slice: a quarter of the batch in whole tiles, at most 16 rows. */
  static int sliceRows(int batchSize) {
    if (batchSize >= SLICES * LARGEST_SLICE) {
      return LARGEST_SLICE;
    }
    int quarter = (batchSize + SLICES - 1) / SLICES;
    return wholeTiles(quarter);
  }

  private static int wholeTiles(int rows) {
    return (rows + SMALLEST_SLICE - 1) / SMALLEST_SLICE * SMALLEST_SLICE;
  }

  /**
   * Runs a batch forward and backward.
   *
   * @param order the order in which the dataset is visited, or null for its natural one
   * @param first the position in this order where the batch begins
   * @param rows the number of samples in the batch
   * @param optimizer the optimizer that will make a step with the gradients
   * @param carried the initial states, overwritten with the final states; null for zeros or what a
   *     stateful network keeps
   */
  void train(
      Dataset dataset,
      int[] order,
      int first,
      int rows,
      Optimizer optimizer,
      NetworkState carried) {
    step = optimizer.iterations();
    keepState();
    if (carried != null) {
      state = carried;
    }
    run(Mode.TRAIN, dataset, order, first, rows);
    sumScale = hasSeveralOutputs() ? 1f : (float) gradientScale();
    optimizer.prepare(total, network.weights());
    int size = 0;
    for (Gradient gradient : total) {
      gradient.reserveSum();
      size += gradient.size();
    }
    sumParts = size < SMALLEST_PARALLEL_SUM ? 1 : threads();
    workers.run(sumParts, sumTask);
  }

  /** Sums one part of each gradient; the result does not depend on the thread. */
  private void sumGradients(int part, int workerNumber) {
    for (int w = 0; w < total.length; w++) {
      if (network.weights().get(w).trainable()) {
        total[w].setToSum(sliceGradients[w], sliceCount, sumScale, part, sumParts);
      }
    }
  }

  /** Runs a batch forward and computes its loss and metrics. */
  void evaluate(Dataset dataset, int first, int rows) {
    keepState();
    run(Mode.EVALUATE, dataset, null, first, rows);
  }

  /**
   * Runs samples forward and writes each output, row-major, at their positions in {@code out}.
   * Nothing is summed over rows. So, unless the network is stateful, the whole dataset can be one
   * batch, and no thread waits for another.
   *
   * @param states the initial states of each sample, overwritten with its final states; null for
   *     the states that the network keeps, if any
   */
  void predict(Dataset dataset, int first, int rows, NetworkState states, float[][] out) {
    requireNotInterrupted("predict"); // the calling thread may find no slice left to check it
    predictions = out;
    keepState();
    if (states != null) {
      state = states;
      stateRow = first;
    }
    try {
      run(Mode.PREDICT, dataset, null, first, rows);
    } finally {
      predictions = null;
      release();
    }
  }

  /**
   * Runs one sample forward and backward to the input, in inference mode, while the layers report
   * to a recorder. Stateful layers begin with zeros. Weights and kept states do not change.
   */
  void record(Dataset dataset, int sample, Recorder newRecorder) {
    recorder = newRecorder;
    network.prepareBackward();
    run(Mode.RECORD, dataset, null, sample, 1);
  }

  /** Lets stateful layers continue, row by row, with the states after the batch before. */
  private void keepState() {
    state = network.keptState();
    stateRow = 0;
    if (state != null) {
      if (stateBefore == null) {
        stateBefore = state.copy();
      } else {
        stateBefore.set(state);
      }
    }
  }

  /** Lets stateful layers keep the states before the batch, because it has failed. */
  void restoreState() {
    if (stateBefore != null) {
      network.keptState().set(stateBefore);
    }
  }

  private void run(Mode newMode, Dataset dataset, int[] order, int first, int rows) {
    mode = newMode;
    if (mode == Mode.TRAIN || first == 0) {
      weightsVersion++; // a training step, or new data, which may be read after one
    }
    batch.set(dataset, order, first, rows);
    sliceRows = mode == Mode.PREDICT ? predictedSliceRows() : sliceRows(dataset.batchSize());
    sliceCount = (rows - 1) / sliceRows + 1;
    if (mode != Mode.PREDICT) {
      reserveSlices();
    }
    int parts = threadWorkers[0].pass.parts();
    boolean together =
        parts > 1 || hasBatchLoss || network.penalizesOutputs() || hasSeveralOutputs();
    try {
      if (mode == Mode.TRAIN && together) {
        trainPartByPart(parts);
      } else {
        workers.run(sliceCount, sliceTask);
      }
    } catch (Throwable e) {
      restoreState();
      throw e;
    }
  }

  /** Runs all slices through a part before the next part, so each slice needs separate buffers. */
  private void trainPartByPart(int parts) {
    int had = sliceWorkers.length;
    if (had < sliceCount) {
      sliceWorkers = Arrays.copyOf(sliceWorkers, sliceCount);
      slicePasses = Arrays.copyOf(slicePasses, sliceCount);
      for (int i = had; i < sliceCount; i++) {
        sliceWorkers[i] = newWorker();
        slicePasses[i] = sliceWorkers[i].pass;
      }
    }
    backward = false;
    for (part = 0; part < parts; part++) {
      if (part > 0) {
        NetworkPass.meet(part, slicePasses, sliceCount);
      }
      workers.run(sliceCount, partTask);
    }
    differentiate();
    backward = true;
    for (part = parts - 1; part >= 0; part--) {
      workers.run(sliceCount, partTask);
      if (part > 0) {
        NetworkPass.meetBackward(part, slicePasses, sliceCount);
      }
    }
  }

  /** Completes the gradients of the losses, after all slices have run forward. */
  private void differentiate() {
    boolean several = hasSeveralOutputs();
    double scale = several ? 1 : gradientScale();
    for (int o = 0; o < outputs.size(); o++) {
      BatchLoss batchLoss = outputs.get(o).loss().overBatch();
      double weight = sumLoss(o);
      double divisor = divisor(o);
      double factor = divisor != 0 ? outputs.get(o).lossWeight() / divisor : 0;
      for (int i = 0; i < sliceCount; i++) {
        OutputScorer scorer = sliceWorkers[i].scorers[o];
        if (batchLoss != null) {
          scorer.differentiate(lossSums[o], weight);
        }
        if (several) {
          scorer.scale(factor);
        }
      }
    }
    // Penalties on outputs are divided by the rows of the batch. All gradients are multiplied by
    // the scale when they are summed.
    for (int i = 0; i < sliceCount; i++) {
      slicePasses[i].activityScale(1 / scale / batch.rows());
    }
  }

  private boolean hasSeveralOutputs() {
    return outputs.size() > 1;
  }

  /** Returns the factor of the sum of the gradients of a network with one output. */
  private double gradientScale() {
    double divisor = divisor(0);
    double weight = outputs.get(0).lossWeight();
    return divisor != 0 && weight != 0 ? weight / divisor : network.penalizesOutputs() ? 1 : 0;
  }

  private void runPart(int sliceNumber, int workerNumber) {
    SliceWorker worker = sliceWorkers[sliceNumber];
    SliceResult slice = slices[sliceNumber];
    if (backward) {
      worker.pass.backward(part, worker.gradients, worker.fromLogits, slice.gradients);
      return;
    }
    int from = sliceNumber * sliceRows;
    Tensor[] input = part == 0 ? worker.gather(from, rowsFrom(from)) : null;
    ForwardContext context = worker.context.training(seed, step, from);
    worker.pass.forward(part, input, state, stateRow + from, context);
    if (part == worker.pass.parts() - 1) {
      worker.score(slice, from, true);
    }
  }

  /** Returns the number of rows of the slice that begins with this row. */
  private int rowsFrom(int from) {
    return Math.min(sliceRows, batch.rows() - from);
  }

  /** Lets layers update what they learn from the batch without gradients, such as moving means. */
  void keepStatistics() {
    if (slicePasses.length > 0) {
      slicePasses[0].keepStatistics();
    }
  }

  /**
   * Returns the rows of a slice of a prediction. It may depend on the number of threads because
   * nothing is summed over rows: the output of a row is the same to the bit in any slice.
   */
  private int predictedSliceRows() {
    int share = (batch.rows() - 1) / threads() + 1;
    int values = 0; // of one sample
    for (int i = 0; i < network.inputs().size(); i++) {
      values += batch.input(i).inputShape().size();
    }
    int cached = Math.max(2 * SMALLEST_SLICE, CACHED_INPUTS / Math.max(1, values));
    return wholeTiles(Math.min(share, Math.min(LARGEST_PREDICTED_SLICE, cached)));
  }

  private void reserveSlices() {
    int had = slices.length;
    if (had < sliceCount) {
      slices = Arrays.copyOf(slices, sliceCount);
      for (int i = had; i < sliceCount; i++) {
        slices[i] = new SliceResult(outputs);
      }
    }
    if (mode == Mode.TRAIN || mode == Mode.RECORD) {
      reserveGradients();
    }
  }

  private void reserveGradients() {
    if (total == null) {
      total = network.newGradients();
    }
    if (sliceGradients.length > 0 && sliceGradients[0].length >= sliceCount) {
      return;
    }
    sliceGradients = new Gradient[total.length][sliceCount];
    for (int i = 0; i < sliceCount; i++) {
      if (slices[i].gradients == null) {
        slices[i].gradients = network.newGradients();
      }
      for (int w = 0; w < total.length; w++) {
        sliceGradients[w][i] = slices[i].gradients[w];
      }
    }
  }

  static void requireNotInterrupted(String what) {
    if (Thread.currentThread().isInterrupted()) {
      throw new CancellationException(
          what
              + " was interrupted before the end of the data, so there is no result. Call it again.");
    }
  }

  private void runSlice(int sliceNumber, int workerNumber) {
    if (mode == Mode.PREDICT
        && workerNumber == 0) { // the calling thread, the one that is interrupted
      requireNotInterrupted("predict");
    }
    SliceWorker worker = threadWorkers[workerNumber];
    int from = sliceNumber * sliceRows;
    ForwardContext context =
        switch (mode) {
          case TRAIN -> worker.context.training(seed, step, from);
          case RECORD -> worker.context.inference(from).recorder(recorder);
          case EVALUATE, PREDICT ->
              worker.context.forwardOnly(batch.first() + from).weightsVersion(weightsVersion);
        };
    Tensor[] input = worker.gather(from, rowsFrom(from));
    worker.pass.forward(input, state, stateRow + from, context);
    if (mode == Mode.PREDICT) {
      for (int o = 0; o < predictions.length; o++) {
        copyPredictions(worker.pass.output(o), from, predictions[o]);
      }
      return;
    }
    SliceResult slice = slices[sliceNumber];
    worker.score(slice, from, mode == Mode.TRAIN || mode == Mode.RECORD);
    if (mode == Mode.TRAIN) {
      worker.pass.backward(worker.gradients, worker.fromLogits, slice.gradients);
    } else if (mode == Mode.RECORD) {
      backwardToInputs(worker, slice);
    }
  }

  private void backwardToInputs(SliceWorker worker, SliceResult slice) {
    for (int o = 0; o < outputs.size(); o++) {
      double weight = sumLoss(o);
      if (outputs.get(o).loss().overBatch() != null) {
        worker.scorers[o].differentiate(lossSums[o], weight);
      }
      double divisor = divisor(o);
      worker.scorers[o].scale(divisor != 0 ? outputs.get(o).lossWeight() / divisor : 0);
    }
    worker.pass.backwardToInputs(worker.gradients, worker.fromLogits, slice.gradients);
  }

  /** Copies a time-major output to the row-major predictions. */
  private void copyPredictions(Tensor output, int from, float[] to) {
    int timesteps = output.timesteps();
    int width = output.width();
    for (int t = 0; t < timesteps; t++) {
      for (int r = 0; r < output.rows(); r++) {
        System.arraycopy(
            output.values(),
            output.offset() + (t * output.rows() + r) * width,
            to,
            ((batch.first() + from + r) * timesteps + t) * width,
            width);
      }
    }
  }

  /** Returns the gradients of the batch's loss, one for each weight. */
  Gradient[] gradients() {
    return total;
  }

  /** Returns the loss of the batch, including penalties on outputs but not those on weights. */
  double loss() {
    double loss = 0;
    for (int o = 0; o < outputs.size(); o++) {
      loss += outputs.get(o).lossWeight() * outputLoss(o);
    }
    return loss + penalty();
  }

  /** Returns the penalties on outputs, which are a part of the loss. */
  double penalty() {
    double penalty = 0;
    for (int i = 0; i < sliceCount; i++) {
      penalty += slices[i].activityPenalty;
    }
    return penalty / batch.rows();
  }

  /** Returns the mean loss of one output. */
  double outputLoss(int output) {
    double divisor = lossDivisor(output);
    return divisor != 0 ? lossSum(output) / divisor : 0;
  }

  /** Returns the sum of the losses of one output, which {@link #lossDivisor} makes a mean. */
  double lossSum(int output) {
    Loss loss = outputs.get(output).loss();
    if (loss.overBatch() != null) {
      double weight = sumLoss(output);
      return loss.overBatch().value(lossSums[output]) * weight;
    }
    return sum(output, s -> s.loss);
  }

  /** Returns the number by which {@link #lossSum} is divided. */
  double lossDivisor(int output) {
    return outputs.get(output).loss().reduction() == Reduction.NONE
        ? sum(output, s -> s.positions)
        : divisor(output);
  }

  /** Returns whether the loss of any output depends on the batch. */
  boolean counts() {
    for (int o = 0; o < outputs.size(); o++) {
      if (sum(o, s -> s.weight) != 0) {
        return true;
      }
    }
    return false;
  }

  /** Returns the number by which the sum of the losses of the positions is divided in training. */
  private double divisor(int output) {
    Loss loss = outputs.get(output).loss();
    // Keras reduces nothing if a whole batch has one loss without weights and masks.
    boolean isSingle = loss.overBatch() != null && slices[0].outputs[output].plain;
    return switch (isSingle ? Reduction.SUM_OVER_BATCH_SIZE : loss.reduction()) {
      case SUM_OVER_BATCH_SIZE -> sum(output, s -> s.counted);
      case MEAN_WITH_SAMPLE_WEIGHT -> sum(output, s -> s.weight);
      case SUM, NONE -> 1;
    };
  }

  /**
   * Adds up the sums of a loss of whole batches, in the order of the slices.
   *
   * @return the sum of the weights
   */
  private double sumLoss(int output) {
    double[] sums = lossSums[output];
    Arrays.fill(sums, 0);
    for (int i = 0; i < sliceCount; i++) {
      for (int j = 0; j < sums.length; j++) {
        sums[j] += slices[i].outputs[output].lossSums[j];
      }
    }
    return sum(output, s -> s.weight);
  }

  private double sum(int output, ToDoubleFunction<SliceResult.Output> value) {
    double sum = 0;
    for (int i = 0; i < sliceCount; i++) {
      sum += value.applyAsDouble(slices[i].outputs[output]);
    }
    return sum;
  }

  /** Adds the sums of a metric of an output over the batch to {@code totals}. */
  void addMetric(int output, int metric, double[] totals) {
    for (int i = 0; i < sliceCount; i++) {
      double[] sums = slices[i].outputs[output].metricSums[metric];
      for (int j = 0; j < totals.length; j++) {
        totals[j] += sums[j];
      }
    }
  }

  /**
   * Returns the first of the batch's samples with an infinite or NaN value; null if none has one.
   */
  String firstNonFinite() {
    return batch.firstNonFinite();
  }

  /** Returns the largest absolute value among the features of the batch that was run last. */
  double largestFeature() {
    return batch.largestFeature();
  }

  /** Returns the number of threads. */
  int threads() {
    return threadWorkers.length;
  }

  /** Releases the dataset of the last batch, which the caller may no longer need. */
  void release() {
    batch.clear();
    state = null;
  }

  /** Gives the threads back. Never fails, so it hides no exception. */
  @Override
  public void close() {
    if (workers != null) {
      workers.close();
      workers = null;
    }
  }
}
