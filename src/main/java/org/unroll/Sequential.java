package org.unroll;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.ejml.data.FMatrixRMaj;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.network.ForwardContext;
import org.unroll.network.Layer;
import org.unroll.network.Network;
import org.unroll.network.NetworkState;
import org.unroll.network.Tensor;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;
import org.unroll.training.Predictor;
import org.unroll.training.Trainer;

/**
 * A model that is a stack of layers, as Keras's {@code Sequential}.
 *
 * <pre>{@code
 * var model = Sequential.of(input(240, 14), gru(32), dense(1));
 * model.compile(rmsprop(), mae());
 * History history = model.fit(train, epochs(20).validation(val));
 * double error = model.evaluate(test).get("mae");
 * }</pre>
 *
 * <p>The weights begin with values that depend on the layers and on a seed alone, 0 unless another
 * is given with {@link #seeded}; so a notebook run twice gives the same numbers. (In Keras they
 * differ from run to run until a seed is set.)
 *
 * <p>A model is used by one thread at a time.
 */
public final class Sequential {
  private final Network network;
  private final Predictor predictor;
  private String name = "sequential";
  private Optimizer optimizer;
  private Loss loss;
  private List<Metric> metrics = List.of();
  private Trainer trainer;
  private History history = new History(0);

  private Sequential(Network network) {
    this.network = network;
    predictor = new Predictor(network);
  }

  /**
   * A model of these layers, the first being {@code input(…)}.
   *
   * @throws IllegalArgumentException if a layer cannot take what the one before it returns; names
   *     both and the fix
   */
  public static Sequential of(Layer... layers) {
    return seeded(0, layers);
  }

  /** A model of these layers whose weights begin with the values of this seed. */
  public static Sequential seeded(long seed, Layer... layers) {
    return new Sequential(new Network(Arrays.asList(layers), seed));
  }

  /** A model around a network, for code that has built one, such as a reader of files. */
  public static Sequential of(Network network) {
    return new Sequential(network);
  }

  /**
   * Reads a model from a file of Keras: {@code .keras} of Keras 3, or {@code .h5} of Keras 2 and 3.
   * What the file is, its content decides, not its name. Sequential models are read, and Functional
   * ones that are a chain of layers.
   *
   * <p>Read are the layers with their options and weights, and, of files of Keras 3, what the model
   * was compiled with and the state of the optimizer, so that training goes on where it ended. A
   * model of Keras 2, whose optimizers followed other rules, is to be compiled anew. The random
   * numbers of dropout follow from the seed given to {@code fit} and the number of the step, which
   * is part of the optimizer's state: with the same seed and {@code initialEpoch}, training goes on
   * as if it had never been interrupted.
   *
   * <p>Whatever the file has and this library does not (a layer, an option, a metric) is an error;
   * nothing is left out or replaced. A file may come from anywhere: nothing in it is run, nothing
   * is unpacked to the disk, and entries beyond 1 GiB of weights or 4 MiB of configuration are
   * refused.
   *
   * @throws java.io.UncheckedIOException if the file does not exist, cannot be read, is damaged or
   *     is no model file; the message names the file
   * @throws IllegalArgumentException if the file asks for something this library does not have;
   *     names the file, layer, option and reason
   */
  public static Sequential load(Path file) {
    return load(file, true);
  }

  /**
   * Reads a model as {@link #load(Path)} does; Keras's {@code load_model(file, compile=…)}.
   *
   * @param compile whether to read what the model was compiled with and the state of the optimizer.
   *     Without it a model can be read whose loss, metric or optimizer this library does not have;
   *     it predicts, and is to be compiled before it is trained or evaluated
   */
  public static Sequential load(Path file, boolean compile) {
    return ModelFiles.find().load(file, compile);
  }

  /**
   * Writes the model as a {@code .keras} file, which {@link #load} reads to the same bits and
   * Python's {@code keras.models.load_model} (Keras 3) opens.
   *
   * <p>Kept are the layers with their options and weights, the model's name, and, once it is
   * compiled, optimizer, loss and metrics, with the state of the optimizer. Not kept are the
   * history and the seeds of dropout and of the samples' order, which {@code fit} is given anew. A
   * model that was read from a Functional one becomes a Sequential one.
   *
   * <p>The file is written beside its place and then moved there, so a model that was there before
   * is not lost whatever happens in between. An interrupt (a notebook's stop button) does not keep
   * it from being written.
   *
   * @param file where to; by its name Keras wants it to end in {@code .keras}
   * @throws IllegalStateException if layers were frozen or released after {@code compile}
   * @throws IllegalArgumentException if the name does not end in {@code .keras}, or if something
   *     about the model cannot be kept, such as a loss of one's own
   * @throws java.io.UncheckedIOException if the file cannot be written; the message names it
   */
  public void save(Path file) {
    if (trainer != null) {
      trainer.requireSameTrainable();
    }
    ModelFiles.find().save(this, file);
  }

  /** The model's name; {@code sequential} by default. */
  public String name() {
    return name;
  }

  /** Sets the model's name. */
  public Sequential name(String newName) {
    name = newName;
    return this;
  }

  /** The layers, the input not among them. */
  public List<Layer> layers() {
    return network.layers();
  }

  /**
   * The layer with this name.
   *
   * @throws IllegalArgumentException if there is none, with the names that exist
   */
  public Layer layer(String layerName) {
    return layers().stream()
        .filter(layer -> layer.name().equals(layerName))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "This model has no layer '"
                        + layerName
                        + "'. It has: "
                        + layers().stream().map(Layer::name).toList()));
  }

  /** The network below this front door, for code that works with layers directly. */
  public Network network() {
    return network;
  }

  /** The layers with output shapes and numbers of parameters. */
  public Summary summary() {
    var rows = new ArrayList<Summary.Row>();
    for (Layer layer : layers()) {
      rows.add(
          new Summary.Row(layer.name(), layer.type(), layer.outputShape(), layer.parameters()));
    }
    int trainable = network.trainableWeights().stream().mapToInt(Weight::size).sum();
    return new Summary(name, rows, trainable);
  }

  /** The number of weight values. */
  public int parameters() {
    return network.weights().stream().mapToInt(Weight::size).sum();
  }

  /**
   * The weights by name, {@code layer/weight} such as {@code gru/recurrent_kernel}, in Keras's
   * order, as EJML matrices on the model's own values: writing to a matrix changes the model.
   */
  public Map<String, FMatrixRMaj> weights() {
    Map<String, FMatrixRMaj> matrices = new LinkedHashMap<>();
    for (int i = 0; i < network.weights().size(); i++) {
      matrices.put(network.weightPaths().get(i), network.weights().get(i).matrix());
    }
    return matrices;
  }

  /**
   * One of the {@link #weights()}.
   *
   * @throws IllegalArgumentException if there is none of this name, with the names that exist
   */
  public FMatrixRMaj weight(String path) {
    int index = network.weightPaths().indexOf(path);
    if (index < 0) {
      throw new IllegalArgumentException(
          "This model has no weight '" + path + "'. It has: " + network.weightPaths());
    }
    return network.weights().get(index).matrix();
  }

  /** Sets what the model is trained with. */
  public void compile(Optimizer newOptimizer, Loss newLoss) {
    compile(newOptimizer, newLoss, new Metric[0]);
  }

  /**
   * Sets what the model is trained with and measured by. Of several metrics of one name the second
   * is called {@code name_1} in evaluations and histories, the third {@code name_2}, as in Keras.
   */
  public void compile(Optimizer newOptimizer, Loss newLoss, Metric... metrics) {
    int outputs = network.outputShape().last();
    int targetWidth = newLoss.targetWidth(outputs);
    Map<String, Metric> resolved = Metrics.byName(List.of(metrics));
    resolved.replaceAll((name, metric) -> metric.resolve(outputs, targetWidth));
    optimizer = newOptimizer;
    loss = newLoss;
    this.metrics = List.of(metrics);
    trainer = new Trainer(network, newOptimizer, newLoss, resolved);
  }

  /**
   * Sets what the model is trained with and measured by, the metrics by their Keras names, such as
   * {@code "accuracy"}.
   */
  public void compile(Optimizer newOptimizer, Loss newLoss, String... metrics) {
    compile(newOptimizer, newLoss, Arrays.stream(metrics).map(Metrics::of).toArray(Metric[]::new));
  }

  /** Sets everything by Keras's names: {@code compile("rmsprop", "mae", "mse")}. */
  public void compile(String optimizerName, String lossName, String... metrics) {
    compile(Optimizers.of(optimizerName), Losses.of(lossName), metrics);
  }

  /** The optimizer; null before {@code compile}. */
  public Optimizer optimizer() {
    return optimizer;
  }

  /** The loss; null before {@code compile}. */
  public Loss loss() {
    return loss;
  }

  /** The metrics, as they were given to {@code compile}; none before. */
  public List<Metric> metrics() {
    return metrics;
  }

  /**
   * Trains the model, on the samples in the order that the dataset gives: call {@code
   * shuffled(seed)} on it for a new order in each epoch (Keras shuffles arrays unless told not to).
   *
   * <p>Stateful layers go on from batch to batch, from epoch to epoch, and through validation,
   * until {@link #resetStates()}; their samples belong in the natural order, the batches all of one
   * size.
   *
   * <p>An interrupt of the calling thread (a notebook's stop button) ends training after the batch
   * at hand; the model is then usable, {@link #history()} has the epochs that were finished, and
   * the interrupt flag is set.
   *
   * @throws IllegalStateException before {@code compile}, or if layers were frozen or released
   *     after it
   * @throws IllegalArgumentException if data and model do not fit together
   * @throws org.unroll.training.NonFiniteLossException if the loss becomes infinite or NaN
   */
  public History fit(Dataset train, FitOptions options) {
    requireCompiled("fit");
    History run = new History(options.firstEpoch());
    history = run;
    trainer.fit(train, options, run.recorder(), this::save);
    return run;
  }

  /** The history of the last {@code fit}, also of one that was stopped or failed. */
  public History history() {
    return history;
  }

  /**
   * The loss and the metrics on a dataset.
   *
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted before
   *     the last batch, as by a notebook's stop button; the interrupt flag stays set
   * @throws IllegalStateException before {@code compile}
   */
  public Evaluation evaluate(Dataset data) {
    requireCompiled("evaluate");
    boolean penalized = network.trainableWeights().stream().anyMatch(w -> w.regularizer() != null);
    return new Evaluation(trainer.evaluate(data, WorkerPool.defaultThreads()), loss, penalized);
  }

  /**
   * The model's output for every sample, in the dataset's natural order; targets are not looked at.
   * The batch size makes no difference to the outputs, nor, unlike in Keras, to speed or memory.
   *
   * @throws java.util.concurrent.CancellationException as {@link #evaluate} does
   */
  public Predictions predict(Dataset data) {
    return run(data, network.newReturnedState(data.size()));
  }

  /**
   * As {@link #predict(Dataset)}, with states for the layers to begin with, such as the last ones
   * of an encoder ({@link Predictions#state()}); Keras's {@code initial_state}.
   *
   * @param initialState for every sample a row, with all states of all layers; not changed
   * @throws IllegalArgumentException if the states do not fit, or the model is stateful: its states
   *     are set with {@link #state(NetworkState)}
   */
  public Predictions predict(Dataset data, NetworkState initialState) {
    if (network.isStateful()) {
      throw new IllegalArgumentException(
          "This model is stateful and begins with the states it keeps. Set them with"
              + " state(initialState), then call predict(data).");
    }
    NetworkState states = network.newState(data.size());
    states.set(initialState);
    return run(data, states);
  }

  private Predictions run(Dataset data, NetworkState states) {
    float[] values = predictor.predict(data, states, WorkerPool.defaultThreads());
    Layer last = layers().get(layers().size() - 1);
    return new Predictions(predictor.outputShape(data), values, last.outputWidths(), states);
  }

  /**
   * The model run one time step at a time, with states that begin with zeros; see {@link Stepper}.
   *
   * @throws IllegalArgumentException if a layer needs the whole sequence, or none has a state
   */
  public Stepper stepper() {
    return stepper(1);
  }

  /** As {@link #stepper()}, for several sequences at once. */
  public Stepper stepper(int rows) {
    return new Stepper(network, rows);
  }

  /**
   * A copy of what the stateful layers remember of the last batch, one row for each row of a batch.
   *
   * @throws IllegalStateException if no layer is stateful
   */
  public NetworkState state() {
    return keptState().copy();
  }

  /**
   * Lets the stateful layers begin the next batch with these states, which are copied.
   *
   * @throws IllegalStateException if no layer is stateful
   * @throws IllegalArgumentException unless they are as many, of the same sizes, for as many rows
   */
  public void state(NetworkState newState) {
    keptState().set(newState);
  }

  /**
   * Sets the states of all stateful layers to zeros: the next batch begins new sequences. Nothing
   * else does, neither a new epoch nor validation after it.
   *
   * @throws IllegalStateException if no layer is stateful
   */
  public void resetStates() {
    keptState().reset();
  }

  private NetworkState keptState() {
    if (!network.isStateful()) {
      throw new IllegalStateException(
          "No layer of this model is stateful; every batch begins with states of zeros. Set"
              + " stateful(true) on a recurrent layer.");
    }
    return network.keptState();
  }

  /**
   * The model's output for one sequence, {@code window[step][feature]}: the shortest way where they
   * come one by one, as from a sensor. After the first call it runs on the calling thread alone, in
   * buffers that are there.
   *
   * <pre>{@code
   * double warmth = series.denormalize(model.predictOne(test.input(0))[0]);
   * }</pre>
   *
   * @return as {@link Predictions#get}, row-major where the model returns a sequence
   * @throws IllegalArgumentException if the window is not what the model takes, or a number in it
   *     is not finite
   */
  public double[] predictOne(double[][] window) {
    return predict(Samples.of(new double[][][] {window})).get(0);
  }

  /** {@link #predictOne(double[][])} for a model that takes a list of features. */
  public double[] predictOne(double[] features) {
    return predict(Samples.of(new double[][] {features})).get(0);
  }

  /** {@link #predictOne(double[][])} for a model that takes a list of token ids. */
  public double[] predictOne(int[] ids) {
    return predict(Samples.of(new int[][] {ids})).get(0);
  }

  /**
   * Runs the model on one sample, outside of training, and keeps what its layers compute on the
   * way: the output of each, the gates and states of recurrent ones, the weights of attention.
   *
   * @param sample the number of the sample, from 0
   * @throws IndexOutOfBoundsException if the dataset has no such sample
   * @throws IllegalArgumentException if data and model do not fit together
   */
  public Recording record(Dataset data, int sample) {
    Objects.checkIndex(sample, data.size());
    Shape shape = data.inputShape();
    Predictor.requireInputs(network, data, "recorded");
    float[] x = new float[shape.size()];
    data.copyInput(sample, x, 0, 1);
    var recording = new Recording();
    network
        .newPass()
        .forward(
            new Tensor().set(x, 0, 1, shape, null),
            new ForwardContext().inference(0).recorder(recording::add));
    return recording;
  }

  /**
   * As {@link #record}, and runs backward from the sample's loss as well: kept are also the
   * gradients of the loss with respect to the states of recurrent layers at each time step, {@code
   * dh} and {@code dc}; see {@link org.unroll.network.Recorder}. The weights do not change.
   *
   * <pre>{@code
   * double[] norms = model.recordGradients(train, 0).norms("gru", "dh"); // ‖dL/dh_t‖ for every t
   * }</pre>
   *
   * @param sample the number of the sample, from 0
   * @throws IllegalStateException before {@code compile}
   * @throws IndexOutOfBoundsException if the dataset has no such sample
   * @throws IllegalArgumentException if data and model do not fit together
   */
  public Recording recordGradients(Dataset data, int sample) {
    requireCompiled("recordGradients");
    Objects.checkIndex(sample, data.size());
    var recording = new Recording();
    trainer.record(data, sample, recording::add);
    return recording;
  }

  /** Checks data before a training that may be far away. */
  void requireFit(Dataset train, Dataset validation) {
    trainer.requireFit(train, "training");
    trainer.requireFit(validation, "validation");
  }

  private void requireCompiled(String what) {
    if (trainer == null) {
      throw new IllegalStateException(
          "Call compile(optimizer, loss) before "
              + what
              + ", for example compile(rmsprop(), mae()).");
    }
  }

  /** The text of {@link #summary()}. */
  @Override
  public String toString() {
    return summary().toString();
  }
}
