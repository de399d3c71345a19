package org.unroll.training;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.losses.InvalidTargetException;
import org.unroll.losses.Loss;
import org.unroll.metrics.Metric;
import org.unroll.metrics.WeightedMetric;
import org.unroll.network.ForwardContext;
import org.unroll.network.Gradient;
import org.unroll.network.Network;
import org.unroll.network.NetworkPass;
import org.unroll.network.NetworkState;
import org.unroll.network.Recorder;
import org.unroll.network.Tensor;

/**
 * Runs a network over one batch at a time. The batch is cut into slices of a fixed number of rows;
 * a worker gathers a slice's rows, runs it through all layers and time steps, and leaves its loss,
 * its metrics and its gradients, which are then added in the order of the slices. How a batch is
 * cut depends on the batch size only, so the result is the same to the bit on any number of
 * threads.
 *
 * <p>Where a layer looks at a whole batch in training, the slices go through the network part by
 * part and meet in between, as {@link NetworkPass} describes; the meeting, too, follows their
 * order.
 *
 * <p>Buffers grow with the first batch and are reused.
 */
final class BatchRunner implements AutoCloseable {
  /** Rows beyond which a slice's buffers would outgrow the cache of a core. */
  private static final int LARGEST_SLICE = 16;

  /** In a prediction the cache holds no gradients, and large weights are read once for a slice. */
  private static final int LARGEST_PREDICTED_SLICE = 32;

  /** A full tile of the kernels' products. */
  private static final int SMALLEST_SLICE = 4;

  /** Slices a small batch is cut into, so that as many cores have work. */
  private static final int SLICES = 4;

  /** Weights below which a second thread has no gain from summing their gradients. */
  private static final int SMALLEST_PARTED_SUM = 20_000;

  private enum Mode {
    TRAIN,
    EVALUATE,
    PREDICT,
    RECORD
  }

  private final Network network;
  private final Loss loss;
  private final Loss logitsLoss; // the loss before the output's activation, or null
  private final List<Metric> metrics;
  private final long seed;
  private final WorkerPool workers;
  private final WorkerPool.Task sliceTask = this::runSlice;
  private final WorkerPool.Task partTask = this::runPart;
  private final WorkerPool.Task sumTask = this::sumGradients;
  private final Worker[] workerStates;
  private Worker[] sliceStates = {}; // where all slices are under way at once
  private NetworkPass[] slicePasses = {};
  private Slice[] slices = {};
  private Gradient[][] sliceGradients = {}; // weight by weight, then slice by slice
  private Gradient[] total; // null before the first training batch

  // The batch at hand.
  private Mode mode = Mode.EVALUATE;
  private Dataset data;
  private int[] order;
  private int first;
  private int rows;
  private int sliceRows;
  private int sliceCount;
  private long step;
  private float[] predictions;
  private Recorder recorder;
  private NetworkState state; // what the rows begin with and end with; null for zeros
  private int stateRow; // the row of the states that belongs to the batch's first row
  private int part; // of the network, where the slices go through it part by part
  private boolean backward;
  private float sumScale;
  private int sumParts;

  BatchRunner(Network network, Loss loss, List<Metric> metrics, long seed, int threads) {
    this.network = network;
    this.loss = loss;
    boolean probabilities = loss != null && network.outputActivation() != null;
    logitsLoss = probabilities ? loss.onLogits(network.outputActivation()) : null;
    this.metrics = metrics;
    this.seed = seed;
    workers = new WorkerPool(threads);
    workerStates = new Worker[threads];
    for (int i = 0; i < threads; i++) {
      workerStates[i] = new Worker(network.newPass());
    }
  }

  /**
   * Rows to a slice: a quarter of the batch, in whole tiles, as long as that is neither tiny nor
   * large.
   */
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
   * @param batchOrder the order in which the dataset is visited, or null for its natural one
   * @param firstSample where in this order the batch begins
   * @param batchRows the number of samples in it
   * @param newStep the number of batches trained before
   */
  void train(Dataset dataset, int[] batchOrder, int firstSample, int batchRows, long newStep) {
    step = newStep;
    keepState();
    run(Mode.TRAIN, dataset, batchOrder, firstSample, batchRows);
    double weight = positionWeight();
    sumScale = weight > 0 ? (float) (1 / weight) : 0f;
    int size = 0;
    for (Gradient gradient : total) {
      gradient.reserveSum();
      size += gradient.size();
    }
    sumParts = size < SMALLEST_PARTED_SUM ? 1 : workers.threads();
    workers.run(sumParts, sumTask);
  }

  /** Sums one part of each gradient; every value is the same sum whoever has it. */
  private void sumGradients(int part, int workerNumber) {
    for (int w = 0; w < total.length; w++) {
      if (network.weights().get(w).trainable()) {
        total[w].setToSum(sliceGradients[w], sliceCount, sumScale, part, sumParts);
      }
    }
  }

  /** Runs a batch forward, for loss and metrics. */
  void evaluate(Dataset dataset, int firstSample, int batchRows) {
    keepState();
    run(Mode.EVALUATE, dataset, null, firstSample, batchRows);
  }

  /**
   * Runs samples forward and writes their outputs, row-major, to their places in {@code out}. No
   * sum is taken over rows, so unless states go on from batch to batch the whole dataset can be one
   * batch here, and no thread waits for another.
   *
   * @param states for each sample what to begin with, overwritten with what it ends with; null for
   *     what the network keeps itself, if anything
   */
  void predict(Dataset dataset, int firstSample, int batchRows, NetworkState states, float[] out) {
    requireNotInterrupted("predict"); // the calling thread may find no slice left, and not look
    predictions = out;
    keepState();
    if (states != null) {
      state = states;
      stateRow = firstSample;
    }
    try {
      run(Mode.PREDICT, dataset, null, firstSample, batchRows);
    } finally {
      predictions = null;
      data = null;
      state = null;
    }
  }

  /**
   * Runs one sample forward and backward to the input, as outside of training, and lets the layers
   * tell a recorder. Weights and the states of stateful layers, which begin with zeros, stay.
   */
  void record(Dataset dataset, int sample, Recorder newRecorder) {
    recorder = newRecorder;
    network.prepareBackward();
    run(Mode.RECORD, dataset, null, sample, 1);
  }

  /** Stateful layers go on, row by row, with what the batch before left them. */
  private void keepState() {
    state = network.keptState();
    stateRow = 0;
  }

  private void run(Mode newMode, Dataset dataset, int[] newOrder, int newFirst, int newRows) {
    mode = newMode;
    data = dataset.forBatch(newOrder, newFirst, newRows);
    order = newOrder;
    first = newFirst;
    rows = newRows;
    sliceRows = mode == Mode.PREDICT ? rowsForEachThread() : sliceRows(dataset.batchSize());
    sliceCount = (rows - 1) / sliceRows + 1;
    if (mode != Mode.PREDICT) {
      reserveSlices();
    }
    int parts = workerStates[0].pass.parts();
    if (mode == Mode.TRAIN && parts > 1) {
      trainPartByPart(parts);
    } else {
      workers.run(sliceCount, sliceTask);
    }
  }

  /** All slices run a part before one of them runs the next, so each has buffers of its own. */
  private void trainPartByPart(int parts) {
    int had = sliceStates.length;
    if (had < sliceCount) {
      sliceStates = Arrays.copyOf(sliceStates, sliceCount);
      slicePasses = Arrays.copyOf(slicePasses, sliceCount);
      for (int i = had; i < sliceCount; i++) {
        slicePasses[i] = network.newPass();
        sliceStates[i] = new Worker(slicePasses[i]);
      }
    }
    backward = false;
    for (part = 0; part < parts; part++) {
      if (part > 0) {
        NetworkPass.meet(part, slicePasses, sliceCount);
      }
      workers.run(sliceCount, partTask);
    }
    backward = true;
    for (part = parts - 1; part >= 0; part--) {
      workers.run(sliceCount, partTask);
      if (part > 0) {
        NetworkPass.meetBackward(part, slicePasses, sliceCount);
      }
    }
  }

  private void runPart(int sliceNumber, int workerNumber) {
    Worker worker = sliceStates[sliceNumber];
    Slice slice = slices[sliceNumber];
    if (backward) {
      worker.pass.backward(part, worker.outputGradient, logitsLoss != null, slice.gradients);
      return;
    }
    int from = sliceNumber * sliceRows;
    Tensor input = part == 0 ? worker.gather(from, Math.min(sliceRows, rows - from)) : null;
    ForwardContext call = worker.call.training(seed, step, from);
    Tensor output = worker.pass.forward(part, input, state, stateRow + from, call);
    if (part == worker.pass.parts() - 1) {
      worker.score(slice, output, from, true);
    }
  }

  /** Lets layers keep what they learn from the batch beside gradients. */
  void keepStatistics() {
    if (slicePasses.length > 0) {
      slicePasses[0].keepStatistics();
    }
  }

  /**
   * Rows to a slice of a prediction, where the number of threads may decide: no sum is taken over
   * rows, and a row's output is the same to the bit in whatever slice.
   */
  private int rowsForEachThread() {
    int share = (rows - 1) / workers.threads() + 1;
    return Math.min(LARGEST_PREDICTED_SLICE, wholeTiles(share));
  }

  private void reserveSlices() {
    int had = slices.length;
    if (had < sliceCount) {
      slices = Arrays.copyOf(slices, sliceCount);
      for (int i = had; i < sliceCount; i++) {
        slices[i] = new Slice(metrics);
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
          what + " was interrupted before it had gone through all the data; it has no result.");
    }
  }

  private void runSlice(int sliceNumber, int workerNumber) {
    if (mode == Mode.PREDICT && workerNumber == 0) { // the calling thread, which is interrupted
      requireNotInterrupted("predict");
    }
    Worker worker = workerStates[workerNumber];
    int from = sliceNumber * sliceRows;
    int count = Math.min(sliceRows, rows - from);
    ForwardContext call =
        switch (mode) {
          case TRAIN -> worker.call.training(seed, step, from);
          case RECORD -> worker.call.inference(from).recorder(recorder);
          case EVALUATE, PREDICT -> worker.call.forwardOnly(first + from);
        };
    Tensor output = worker.pass.forward(worker.gather(from, count), state, stateRow + from, call);
    if (mode == Mode.PREDICT) {
      copyPredictions(output, from);
      return;
    }
    Slice slice = slices[sliceNumber];
    worker.score(slice, output, from, mode == Mode.TRAIN || mode == Mode.RECORD);
    if (mode == Mode.TRAIN) {
      worker.pass.backward(worker.outputGradient, logitsLoss != null, slice.gradients);
    } else if (mode == Mode.RECORD) {
      worker.takeMean(slice.weight);
      worker.pass.backwardToInput(worker.outputGradient, logitsLoss != null, slice.gradients);
    }
  }

  /** From a tensor's time-major layout to rows. */
  private void copyPredictions(Tensor output, int from) {
    int timesteps = output.timesteps();
    int width = output.width();
    for (int t = 0; t < timesteps; t++) {
      for (int r = 0; r < output.rows(); r++) {
        System.arraycopy(
            output.values(),
            output.offset() + (t * output.rows() + r) * width,
            predictions,
            ((first + from + r) * timesteps + t) * width,
            width);
      }
    }
  }

  /** The gradients of the batch's loss, one for each weight. */
  Gradient[] gradients() {
    return total;
  }

  /** The loss of the batch, penalties not counted. */
  double loss() {
    double sum = 0;
    for (int i = 0; i < sliceCount; i++) {
      sum += slices[i].loss;
    }
    double weight = positionWeight();
    return weight > 0 ? sum / weight : 0;
  }

  /** What the positions of the batch weigh together. */
  private double positionWeight() {
    double sum = 0;
    for (int i = 0; i < sliceCount; i++) {
      sum += slices[i].weight;
    }
    return sum;
  }

  /** Adds the batch's sums of a metric. */
  void addMetric(int metric, double[] totals) {
    for (int i = 0; i < sliceCount; i++) {
      double[] sums = slices[i].metricSums[metric];
      for (int j = 0; j < totals.length; j++) {
        totals[j] += sums[j];
      }
    }
  }

  /** The largest absolute value among the features of the batch that was run last. */
  double largestFeature() {
    float largest = 0;
    float[] x = new float[data.inputShape().size()];
    for (int i = 0; i < rows; i++) {
      data.copyInput(sample(i), x, 0, 1);
      for (float value : x) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return largest;
  }

  private int sample(int row) {
    return order == null ? first + row : order[first + row];
  }

  /** The number of threads it works on. */
  int threads() {
    return workers.threads();
  }

  @Override
  public void close() {
    workers.close();
  }

  /** What a slice leaves behind. */
  private static final class Slice {
    private Gradient[] gradients;
    private final double[][] metricSums;
    private double loss;
    private double weight;

    Slice(List<Metric> metrics) {
      metricSums = metrics.stream().map(m -> new double[m.accumulators()]).toArray(double[][]::new);
    }
  }

  /** The buffers of one thread. */
  private final class Worker {
    private final NetworkPass pass;
    private final ForwardContext call = new ForwardContext();
    private final Tensor input = new Tensor();
    private final Tensor outputGradient = new Tensor();
    private float[] x = {};
    private float[] target = {}; // one sample, row-major
    private float[] targets = {}; // the slice, position by position
    private float[] counts = {}; // one for each position
    private float[] weight = {}; // one sample
    private float[] sampleWeights = {}; // one for each position
    private float[] maskedWeights = {};
    private float[] gradient = {};

    Worker(NetworkPass pass) {
      this.pass = pass;
    }

    Tensor gather(int from, int count) {
      Shape shape = data.inputShape();
      int size = shape.size();
      x = atLeast(x, count * size);
      for (int r = 0; r < count; r++) {
        data.copyInput(sample(from + r), x, r, count);
      }
      return input.set(x, 0, count, shape, null);
    }

    void score(Slice slice, Tensor output, int from, boolean training) {
      int outputs = output.shape().last();
      int positions = output.size() / outputs;
      gatherTargets(output, from, positions, loss.targetWidth(outputs));
      float[] counted = counted(slice, output.mask(), positions);
      float[] ownWeights = data.weightShape() == null ? null : gatherWeights(output, from);
      float[] weighted = ownWeights == null ? counted : masked(ownWeights, counted, positions);
      float[] result = null;
      if (training) {
        gradient = atLeast(gradient, output.size());
        outputGradient.set(gradient, 0, output.rows(), output.shape(), null);
        result = gradient;
      }
      Tensor scored = logitsLoss == null ? output : pass.logits();
      try {
        slice.loss =
            (logitsLoss == null ? loss : logitsLoss)
                .sum(
                    positions,
                    outputs,
                    scored.values(),
                    scored.offset(),
                    targets,
                    weighted,
                    result);
      } catch (InvalidTargetException e) {
        // Time steps first, as the targets are laid out.
        int place = e.position() / (positions / output.rows() / output.timesteps());
        int sample = sample(from + place % output.rows());
        throw e.at(sample, place / output.rows(), output.timesteps());
      }
      for (int m = 0; m < metrics.size(); m++) {
        Metric metric = metrics.get(m);
        boolean isWeighted = metric instanceof WeightedMetric;
        float[] all = isWeighted ? ownWeights : null;
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

    /** From the gradient of the sum over all positions to that of the mean, which is the loss. */
    void takeMean(double weight) {
      for (int i = 0; i < outputGradient.size(); i++) {
        gradient[i] = weight > 0 ? (float) (gradient[i] / weight) : 0f;
      }
    }

    /** Targets come row by row and are laid out as the output is, time steps first. */
    private void gatherTargets(Tensor output, int from, int positions, int width) {
      int count = output.rows();
      int perRow = positions / count;
      int timesteps = output.timesteps();
      int perStep = perRow / timesteps * width;
      target = atLeast(target, perRow * width);
      targets = atLeast(targets, positions * width);
      for (int r = 0; r < count; r++) {
        data.copyTarget(sample(from + r), target, 0);
        for (int t = 0; t < timesteps; t++) {
          System.arraycopy(target, t * perStep, targets, (t * count + r) * perStep, perStep);
        }
      }
    }

    /** 0 for masked positions, 1 for the others; null where all are 1. */
    private float[] counted(Slice slice, boolean[] mask, int positions) {
      if (mask == null) {
        slice.weight = positions;
        return null;
      }
      counts = atLeast(counts, positions);
      slice.weight = 0;
      for (int i = 0; i < positions; i++) {
        counts[i] = mask[i] ? 1f : 0f;
        slice.weight += counts[i];
      }
      return counts;
    }

    /** The samples' weights, laid out as the output is. */
    private float[] gatherWeights(Tensor output, int from) {
      int count = output.rows();
      int perRow = data.weightShape().size();
      int timesteps = output.timesteps();
      int perStep = perRow / timesteps;
      weight = atLeast(weight, perRow);
      sampleWeights = atLeast(sampleWeights, count * perRow);
      for (int r = 0; r < count; r++) {
        data.copyWeights(sample(from + r), weight, 0);
        for (int t = 0; t < timesteps; t++) {
          System.arraycopy(weight, t * perStep, sampleWeights, (t * count + r) * perStep, perStep);
        }
      }
      return sampleWeights;
    }

    /** Weights, 0 for masked positions. */
    private float[] masked(float[] all, float[] counted, int positions) {
      if (counted == null) {
        return all;
      }
      maskedWeights = atLeast(maskedWeights, positions);
      for (int i = 0; i < positions; i++) {
        maskedWeights[i] = all[i] * counted[i];
      }
      return maskedWeights;
    }
  }

  private static float[] atLeast(float[] buffer, int length) {
    return buffer.length >= length ? buffer : new float[length];
  }
}
