package org.unroll;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.ejml.data.FMatrixRMaj;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.ModelCheckpoint;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.internal.DefaultSeed;
import org.unroll.internal.Suggestion;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.ModelLayer;
import org.unroll.network.ModelUse;
import org.unroll.network.Network;
import org.unroll.network.NetworkState;
import org.unroll.network.Node;
import org.unroll.network.Weight;
import org.unroll.network.WeightSource;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.CompiledOutput;
import org.unroll.training.FitOptions;
import org.unroll.training.Predictor;
import org.unroll.training.Trainer;

/**
 * A graph of layers from inputs to outputs, as Keras's functional {@code Model}. {@link Sequential}
 * is the model of a single chain of layers.
 *
 * <p>A graph is made by {@linkplain Layer#on applying} layers to inputs and to the outputs of other
 * layers. A layer that is applied several times shares its weights. Layers can belong to several
 * models, for example to train an encoder and to use it alone.
 *
 * <pre>{@code
 * var sensors = input(24, 3);
 * var place = input(2);
 * var both = concatenate().on(gru(16).on(sensors), place);
 * var functional = Model.of(List.of(sensors, place), dense(1).on(dense(16, "relu").on(both)));
 * functional.compile(adam(), mse());
 * var samples = Samples.of(List.of(new double[8][24][3], new double[8][2])).targets(new double[8]);
 * functional.fit(samples, epochs(1));
 * }</pre>
 *
 * <p>The initial weights depend only on the layers and on a seed, so running a notebook twice gives
 * the same numbers. The default seed is 0; set another one with {@link #seeded}, or for all models
 * with {@link Unroll#setRandomSeed}. (In Keras, initial weights are random unless a seed is set.)
 *
 * <p>Several threads may predict, evaluate, record and save at the same time. {@code fit} and
 * {@code compile}, and every call of a stateful model, must be the only call, or the later one
 * throws an {@link IllegalStateException}. Callbacks may use the model that they train. Models that
 * share layers are not protected from each other.
 */
public sealed class Model permits Sequential {
  private static final Callback[] NO_CALLBACKS = {};

  private Network network; // null for a Sequential without layers
  private Predictor predictor;
  private String name; // null for the default
  private final String defaultName;
  private ModelLayer layer; // this model in another one, or null
  private Optimizer optimizer;
  private List<OutputLoss> outputs = List.of();
  private Trainer trainer;
  private History history = new History(0);

  Model(Network network, String defaultName) {
    this.defaultName = defaultName;
    if (network != null) {
      set(network);
    }
  }

  private void set(Network newNetwork) {
    network = newNetwork;
    predictor = new Predictor(newNetwork);
    layer = null;
  }

  /**
   * Replaces the network by one with more layers. The model stays compiled if its optimizer has not
   * made a step, because the state of an optimizer belongs to the weights before.
   */
  void replace(Network newNetwork) {
    set(newNetwork);
    trainer = null;
    if (optimizer != null && optimizer.iterations() > 0) {
      optimizer = null;
      outputs = List.of();
    }
  }

  /** Returns whether the model has no layers yet. */
  boolean isEmpty() {
    return network == null;
  }

  /**
   * Creates a model with one input and one output, with the seed of {@link Unroll#setRandomSeed}.
   *
   * @throws IllegalArgumentException if the output depends on another input
   */
  public static Model of(Input input, Node output) {
    return of(List.of(input), List.of(output));
  }

  /**
   * Creates a model with several inputs and one output, with the seed of {@link
   * Unroll#setRandomSeed}.
   *
   * @throws IllegalArgumentException if the output depends on another input
   */
  public static Model of(List<Input> inputs, Node output) {
    return of(inputs, List.of(output));
  }

  /**
   * Creates a model with one input and several outputs, with the seed of {@link
   * Unroll#setRandomSeed}.
   *
   * @throws IllegalArgumentException if an output depends on another input
   */
  public static Model of(Input input, List<? extends Node> outputs) {
    return of(List.of(input), outputs);
  }

  /**
   * Creates a model with several inputs and outputs, with the seed of {@link Unroll#setRandomSeed}.
   *
   * @param inputs the inputs, in the order in which samples contain them
   * @param outputs the outputs, in the order in which samples contain their targets
   * @throws IllegalArgumentException if an output depends on another input
   */
  public static Model of(List<Input> inputs, List<? extends Node> outputs) {
    return seeded(DefaultSeed.get(), inputs, outputs);
  }

  /**
   * Creates a model with initial weights from a seed. Layers that belong to another model keep
   * their weights.
   *
   * @throws IllegalArgumentException if an output depends on another input
   */
  public static Model seeded(long seed, List<Input> inputs, List<? extends Node> outputs) {
    return of(new Network(inputs, List.copyOf(outputs), WeightSource.seeded(seed)));
  }

  /**
   * Creates a model from a network, for example one that was read from a file.
   *
   * @hidden
   */
  public static Model of(Network network) {
    return network.isChain() ? Sequential.of(network) : new Model(network, "functional");
  }

  /**
   * Loads a model from a {@code .keras} file of Keras 3 or an {@code .h5} file of Keras 2 or 3. The
   * format is detected from the content, not from the file name. A chain of layers is loaded as a
   * {@link Sequential}.
   *
   * <p>Files of Keras 3 also contain the compile configuration and the state of the optimizer, so
   * training can continue as if it had never been interrupted, with the same seed of {@code fit}
   * and the right {@code initialEpoch}. A file with a loss but without an optimizer is compiled
   * with RMSprop, as in Keras. Models saved by Keras 2 must be compiled again because their
   * optimizers used different update rules.
   *
   * <p>An unsupported layer, option or metric throws an exception that names it. Files from
   * untrusted sources are safe to load: nothing in a file is executed or unpacked to the disk, and
   * weights over 1 GiB or a configuration over 4 MiB are rejected.
   *
   * @throws java.io.UncheckedIOException if the file does not exist, cannot be read, is damaged or
   *     is not a model file
   * @throws IllegalArgumentException if the file contains anything that is not supported
   */
  public static Model load(Path file) {
    return load(file, true);
  }

  /**
   * Loads a model like {@link #load(Path)}, as Keras's {@code load_model(file, compile=…)}.
   *
   * @param compile whether to read the compile configuration and the state of the optimizer. With
   *     false, a model with an unsupported loss, metric or optimizer can be loaded. It can predict,
   *     but must be compiled before it is trained or evaluated
   */
  public static Model load(Path file, boolean compile) {
    return ModelFiles.find().load(file, compile);
  }

  /**
   * Saves the model to a {@code .keras} file, or to an {@code .h5} file in the older format. {@link
   * #load} restores every bit, and Keras 3 in Python opens the file with {@code
   * keras.models.load_model}.
   *
   * <p>The file contains the layers with their options and weights, the name of the model, and, for
   * a compiled model, the optimizer with its state, the loss and the metrics. It does not contain
   * the history or the seeds of {@code fit} and datasets. A chain of layers is saved as a
   * Sequential model, any other model as a Functional one. An existing file is replaced only after
   * the new one is complete, even after an interrupt. A symbolic link is followed.
   *
   * @param file the file, whose name must end in {@code .keras} or {@code .h5}
   * @throws IllegalStateException if layers were frozen or unfrozen after {@code compile}
   * @throws IllegalArgumentException if the name does not end in {@code .keras} or {@code .h5}, the
   *     configuration is larger than an {@code .h5} file permits, 63 KiB, or the model contains a
   *     custom class that is not registered with {@code CustomObjects}
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public void save(Path file) {
    if (trainer != null) {
      trainer.requireSameTrainable();
    }
    network().use().run("save", ModelUse.Effect.READS, () -> ModelFiles.find().save(this, file));
  }

  /**
   * Writes a Python file with the classes of this model that Keras does not have. After Python has
   * imported it, Keras loads a saved model with these classes:
   *
   * <pre>
   * import acme
   * model = keras.models.load_model("model.keras")
   * </pre>
   *
   * <p>The classes of this library, such as {@code AttentionPooling}, are complete and run on every
   * backend. A class of yours that was registered with {@code CustomObjects} has its constructor
   * and its weights, and a method that raises {@code NotImplementedError} until you write its
   * equations in Python. An existing file is replaced.
   *
   * @param file the file, whose name must end in {@code .py}
   * @throws IllegalArgumentException if the name does not end in {@code .py}, the model cannot be
   *     saved, or Keras has all of its classes
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public void savePython(Path file) {
    network()
        .use()
        .run("savePython", ModelUse.Effect.READS, () -> ModelFiles.find().savePython(this, file));
  }

  /**
   * Checks that the model can be saved, before it is trained.
   *
   * @param use what saves the model later, for the message
   * @throws IllegalArgumentException if it cannot
   * @hidden
   */
  public void requireSavable(String use) {
    try {
      ModelFiles.find().requireSavable(this);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(use + " saves the model. " + e.getMessage(), e);
    }
  }

  /** Checks that the callbacks that save the model can do so. */
  void requireSavable(FitOptions options) {
    for (Callback callback : options.callbacks()) {
      if (callback instanceof ModelCheckpoint checkpoint) {
        requireSavable("The ModelCheckpoint " + checkpoint.file());
      }
    }
  }

  /**
   * Saves only the weights. Keras 3 reads the file with {@code load_weights}; if its model has been
   * trained, it warns that the file holds no state of the optimizer, and keeps its own.
   *
   * @param file the file, whose name must end in {@code .weights.h5}
   * @throws java.io.UncheckedIOException if the file cannot be written
   */
  public void saveWeights(Path file) {
    network()
        .use()
        .run("saveWeights", ModelUse.Effect.READS, () -> ModelFiles.find().saveWeights(this, file));
  }

  /**
   * Loads only the weights of a {@code .weights.h5}, {@code .keras} or {@code .h5} file of Keras 2
   * or 3; see {@link WeightLoading}. The optimizer is not changed.
   *
   * @return what did not fit and was left out; an empty list without options
   * @throws IllegalArgumentException if anything does not fit. The model is then not changed
   * @throws java.io.UncheckedIOException if the file cannot be read
   */
  public List<String> loadWeights(Path file, WeightLoading... options) {
    // Not CHANGES_WEIGHTS, because a callback may load weights, as in Keras.
    return network()
        .use()
        .during(
            "loadWeights",
            ModelUse.Effect.CHANGES_STATES,
            () -> ModelFiles.find().loadWeights(this, file, Set.of(options)));
  }

  /** Returns the name of the model; {@code functional} or {@code sequential} by default. */
  public String name() {
    return name == null ? defaultName : name;
  }

  /**
   * Sets the name of the model.
   *
   * @throws IllegalStateException if the model is part of another model, which knows it by its name
   */
  public Model name(String newName) {
    if (layer != null) {
      layer.setName(newName);
    }
    name = newName;
    return this;
  }

  /** Returns the layers without the input. A model inside this model is one layer. */
  public List<Layer> layers() {
    return network == null ? List.of() : network.topLayers();
  }

  /**
   * Returns the layer with a name.
   *
   * @throws IllegalArgumentException if there is no such layer
   */
  public Layer layer(String layerName) {
    List<String> names = layers().stream().map(Layer::name).toList();
    if (!names.contains(layerName)) {
      throw new IllegalArgumentException(Suggestion.unknown("layer", layerName, names));
    }
    return layers().get(names.indexOf(layerName));
  }

  /**
   * Applies the whole model to nodes of another graph, as calling a model in Keras does. The layers
   * are shared: they have the same weights in both models, and also if the model is applied several
   * times. Training either model trains the layers, unless they are {@linkplain #trainable frozen}.
   *
   * <pre>{@code
   * var sentence = input(20, 8);
   * var reader = Model.of(sentence, dense(4).on(gru(16).on(sentence))).name("reader");
   * var question = input(20, 8);
   * var answer = input(20, 8);
   * var similarity = dot(1).normalize(true).on(reader.on(question), reader.on(answer));
   * var siamese = Model.of(List.of(question, answer), similarity);
   * }</pre>
   *
   * <p>In the other model, the weights and states of the layers have names such as {@code
   * reader/gru/kernel}. A stateful layer keeps separate states for each model. Two models that were
   * created with the same layers and the same seed have the same initial weights. If both are
   * applied in one model, {@linkplain #seeded create} one of them with another seed.
   *
   * @param inputs a node for each input of this model, in their order
   * @return the first output; {@link Node#outputs()} contains all outputs
   * @throws IllegalArgumentException if the number or the shapes of the inputs do not fit
   */
  public Node on(Node... inputs) {
    return asLayer().on(inputs);
  }

  /**
   * Applies the model to a list of nodes.
   *
   * @throws IllegalArgumentException as {@link #on(Node...)} does
   */
  public Node on(List<? extends Node> inputs) {
    return asLayer().on(inputs);
  }

  /**
   * Returns the model as a layer, for example of a {@link Sequential}:
   *
   * <pre>{@code
   * var day = input(24, 3);
   * var residual = Model.of(day, add().on(day, conv1D(3, 5).padding("same").on(day)));
   * var stack = Sequential.of(input(24, 3), residual.asLayer(), gru(16), dense(1));
   * }</pre>
   *
   * <p>The layers are shared, see {@link #on(Node...)}.
   *
   * @return the same layer in each call, until layers are added
   */
  public ModelLayer asLayer() {
    if (layer == null) {
      layer = network().asLayer();
      if (name != null) {
        layer.setName(name);
      }
    }
    return layer;
  }

  /**
   * Returns a model inside this model, with the same layers and weights. It is not compiled.
   *
   * @param layerName the name of the inner model, one of the {@link #layers()}
   * @throws IllegalArgumentException if there is no such layer, or it is not a model
   */
  public Model inner(String layerName) {
    if (layer(layerName) instanceof ModelLayer inner) {
      Model model = of(inner.network());
      model.name = layerName;
      model.layer = inner;
      return model;
    }
    throw new IllegalArgumentException(
        "inner(name) must be called with the name of a model inside this model, but "
            + layer(layerName).describe()
            + " is a single layer. Call layer(name).");
  }

  /**
   * Freezes or unfreezes all layers, as Keras's {@code trainable}. It takes effect with the next
   * {@code compile}, also of other models that contain the layers.
   *
   * @see Layer#trainable(boolean)
   */
  public Model trainable(boolean train) {
    network().layers().forEach(each -> each.trainable(train));
    return this;
  }

  /**
   * Returns the network of the model.
   *
   * @throws IllegalStateException if the model has no layers yet
   * @hidden
   */
  public Network network() {
    if (network == null) {
      throw new IllegalStateException(
          "A model must consist of input(...) followed by at least one layer, but has no layers."
              + " Call add(layer).");
    }
    return network;
  }

  /** Returns a table of the layers with their output shapes and numbers of parameters. */
  public Summary summary() {
    return Summary.of(name(), network());
  }

  /** Returns the number of weight values. */
  public int parameters() {
    return network().weights().stream().mapToInt(Weight::size).sum();
  }

  /**
   * Returns the weights in the order of Keras, with names such as {@code gru/recurrent_kernel}. The
   * EJML matrices share the values of the model, so writing to a matrix changes the model.
   */
  public Map<String, FMatrixRMaj> weights() {
    Map<String, FMatrixRMaj> matrices = new LinkedHashMap<>();
    for (int i = 0; i < network().weights().size(); i++) {
      matrices.put(network().weightPaths().get(i), network().weights().get(i).matrix());
    }
    return matrices;
  }

  /**
   * Returns one of the {@link #weights()}.
   *
   * @param path the name of the weight, such as {@code gru/recurrent_kernel}
   * @throws IllegalArgumentException if there is no such weight
   */
  public FMatrixRMaj weight(String path) {
    int index = network().weightPaths().indexOf(path);
    if (index < 0) {
      throw new IllegalArgumentException(
          Suggestion.unknown("weight", path, network().weightPaths()));
    }
    return network().weights().get(index).matrix();
  }

  /** Configures training with an optimizer and a loss. */
  public void compile(Optimizer newOptimizer, Loss newLoss) {
    compile(newOptimizer, newLoss, new Metric[0]);
  }

  /**
   * Configures training with an optimizer, a loss and metrics. If several metrics have the same
   * name, evaluations and histories number them as Keras does: {@code name}, {@code name_1}, {@code
   * name_2}. {@code Metrics.of(name)} returns a metric by its name. If the model has several
   * outputs, each has this loss and these metrics, and the loss of the model is the sum.
   */
  public void compile(Optimizer newOptimizer, Loss newLoss, Metric... metrics) {
    OutputLoss[] outputs = new OutputLoss[network().outputs().size()];
    Arrays.fill(outputs, OutputLoss.of(newLoss).metrics(metrics));
    compile(newOptimizer, outputs);
  }

  /**
   * Configures training with a loss, its weight and metrics for each output. The loss of the model
   * is the weighted sum of the losses. The logs contain {@code loss}, then the loss and the metrics
   * of each output, such as {@code price_loss} and {@code price_mae} for an output of the layer
   * {@code price}.
   *
   * @param newOutputs in the order of the outputs, or each with the name of its output
   * @throws IllegalArgumentException if an output has no loss or several
   */
  public void compile(Optimizer newOptimizer, OutputLoss... newOutputs) {
    List<String> names = network().outputNames();
    List<Shape> shapes = network().outputShapes(network().inputShapes());
    List<OutputLoss> ordered = OutputLoss.inOrder(List.of(newOutputs), names);
    List<CompiledOutput> compiled = new ArrayList<>();
    for (int i = 0; i < ordered.size(); i++) {
      String prefix = ordered.size() == 1 ? null : names.get(i);
      compiled.add(ordered.get(i).resolve(shapes.get(i).last(), prefix));
    }
    trainer = new Trainer(network(), newOptimizer, compiled);
    optimizer = newOptimizer;
    outputs = ordered;
  }

  /**
   * Configures training with an optimizer, a loss, and metrics by their Keras names, such as {@code
   * "accuracy"}.
   */
  public void compile(Optimizer newOptimizer, Loss newLoss, String... metrics) {
    compile(newOptimizer, newLoss, Arrays.stream(metrics).map(Metrics::of).toArray(Metric[]::new));
  }

  /** Configures training with an optimizer, and a loss and metrics by their Keras names. */
  public void compile(Optimizer newOptimizer, String lossName, String... metrics) {
    compile(newOptimizer, Losses.of(lossName), metrics);
  }

  /**
   * Configures training with an optimizer by its Keras name, a loss, and metrics by their names.
   */
  public void compile(String optimizerName, Loss newLoss, String... metrics) {
    compile(Optimizers.of(optimizerName), newLoss, metrics);
  }

  /** Configures training with an optimizer by its Keras name, and a loss for each output. */
  public void compile(String optimizerName, OutputLoss... newOutputs) {
    compile(Optimizers.of(optimizerName), newOutputs);
  }

  /** Configures training by the names of Keras, as in {@code compile("rmsprop", "mae", "mse")}. */
  public void compile(String optimizerName, String lossName, String... metrics) {
    compile(Optimizers.of(optimizerName), Losses.of(lossName), metrics);
  }

  /** Returns the optimizer; null before {@code compile}. */
  public Optimizer optimizer() {
    return optimizer;
  }

  /** Returns the loss, of the first of several outputs; null before {@code compile}. */
  public Loss loss() {
    return outputs.isEmpty() ? null : outputs.get(0).loss();
  }

  /**
   * Returns the metrics passed to {@code compile}, of the first of several outputs; an empty list
   * before.
   */
  public List<Metric> metrics() {
    return outputs.isEmpty() ? List.of() : outputs.get(0).metrics();
  }

  /** Returns what was passed to {@code compile} for each output; an empty list before. */
  public List<OutputLoss> outputLosses() {
    return outputs;
  }

  /**
   * Trains the model on the samples in the order of the dataset. Call {@code shuffled(seed)} on the
   * dataset for a new order in each epoch. (Keras shuffles arrays by default.)
   *
   * <p>Stateful layers keep their states from batch to batch, from epoch to epoch and through
   * validation, until {@link #resetStates()}. Their samples must be in the natural order, and all
   * batches must have the same size.
   *
   * <p>An interrupt of the calling thread (a notebook's stop button) stops training after the
   * current batch. The model can then be used, {@link #history()} contains the finished epochs, and
   * the interrupt flag is set.
   *
   * @param train the training data
   * @param options the number of epochs, the validation data, the callbacks, …
   * @throws IllegalStateException before {@code compile}, if layers were frozen or unfrozen after
   *     it, even by a callback, or if another call is using the model
   * @throws IllegalArgumentException if the data do not fit the model
   * @throws org.unroll.training.NonFiniteLossException if the loss becomes infinite or NaN
   */
  @SuppressWarnings("AssignmentExpression") // the history of a call that is rejected is not kept
  public History fit(Dataset train, FitOptions options) {
    requireCompiled("fit");
    requireSavable(options);
    History run = new History(options.firstEpoch());
    trainer.fit(
        train,
        options,
        () -> {
          history = run;
          return run.recorder();
        },
        this::save);
    return run;
  }

  /** Returns the history of the last {@code fit}, even if it was interrupted or failed. */
  public History history() {
    return history;
  }

  /**
   * Computes the loss and the metrics on a dataset.
   *
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted before
   *     the last batch, for example by a notebook's stop button. The interrupt flag remains set
   * @throws IllegalStateException before {@code compile}
   * @throws IllegalArgumentException if the data do not fit the model
   */
  public Evaluation evaluate(Dataset data) {
    return evaluate(data, NO_CALLBACKS);
  }

  /**
   * Computes the loss and the metrics like {@link #evaluate(Dataset)}, and calls callbacks: {@code
   * onTestBegin}, {@code onTestBatchBegin}, {@code onTestBatchEnd} and {@code onTestEnd}.
   */
  public Evaluation evaluate(Dataset data, Callback... callbacks) {
    requireCompiled("evaluate");
    return evaluation(trainer.evaluate(data, WorkerPool.defaultThreads(), List.of(callbacks)));
  }

  private Evaluation evaluation(Map<String, Double> values) {
    boolean penalized =
        network().penalizesOutputs()
            || network().trainableWeights().stream().anyMatch(w -> w.regularizer() != null);
    return new Evaluation(values, outputs.size() > 1 ? null : loss(), penalized);
  }

  /**
   * Trains the model on one batch, for a training loop of your own. All samples are one batch,
   * whatever the batch size of the dataset, in their natural order. Callbacks are not called and
   * {@link #history()} does not change; the steps of the optimizer are counted on, and stateful
   * layers keep their states.
   *
   * <pre>{@code
   * for (int step = 0; step < 3; step++) {
   *   Dataset batch = train.subset(8 * step, 8 * step + 8);
   *   double loss = model.trainOnBatch(batch).get("loss");
   * }
   * }</pre>
   *
   * @return the loss and the metrics of this batch alone, before the step
   * @throws IllegalStateException as {@link #fit} does
   * @throws IllegalArgumentException if the data do not fit the model
   * @throws org.unroll.training.NonFiniteLossException if the loss is infinite or NaN; the weights
   *     do not change
   */
  public Evaluation trainOnBatch(Dataset batch) {
    return trainOnBatch(batch, Map.of());
  }

  /**
   * Trains the model like {@link #trainOnBatch(Dataset)}, with a weight for each class, as {@link
   * FitOptions#classWeight}.
   */
  public Evaluation trainOnBatch(Dataset batch, Map<Integer, Double> classWeight) {
    requireCompiled("trainOnBatch");
    return evaluation(trainer.trainOnBatch(batch, classWeight));
  }

  /**
   * Computes the loss and the metrics of one batch, which are all samples of the dataset. Stateful
   * layers keep their states.
   *
   * @throws IllegalStateException before {@code compile}
   * @throws IllegalArgumentException if the data do not fit the model
   */
  public Evaluation testOnBatch(Dataset batch) {
    requireCompiled("testOnBatch");
    return evaluation(trainer.testOnBatch(batch));
  }

  /**
   * Computes the outputs of one batch, which are all samples of the dataset. Stateful layers keep
   * their states. Unless the model is stateful, this is {@link #predict(Dataset)}.
   *
   * @throws IllegalArgumentException if the data do not fit the model
   */
  public Predictions predictOnBatch(Dataset batch) {
    return predict(Trainer.oneBatch(batch));
  }

  /**
   * Computes the outputs of the model for all samples in the natural order of the dataset. Targets
   * are ignored. The batch size does not affect the outputs, nor, unlike in Keras, speed or memory.
   * Only in a stateful model, row i of a batch continues where row i of the previous batch ended;
   * batches may have fewer rows than in training, but not more.
   *
   * <p>If the model has several outputs, the result is the first, and {@link Predictions#outputs()}
   * contains all of them.
   *
   * @throws java.util.concurrent.CancellationException as {@link #evaluate} does
   * @throws IllegalArgumentException if the data do not fit the model
   */
  public Predictions predict(Dataset data) {
    return predict(data, NO_CALLBACKS);
  }

  /**
   * Computes the outputs like {@link #predict(Dataset)}, and calls callbacks: {@code
   * onPredictBegin}, {@code onPredictBatchBegin}, {@code onPredictBatchEnd} and {@code
   * onPredictEnd}. If a callback stops the prediction, the outputs are those of the batches so far.
   */
  public Predictions predict(Dataset data, Callback... callbacks) {
    return run(data, network().newReturnedState(data.size()), callbacks);
  }

  /**
   * Computes the outputs like {@link #predict(Dataset)}, with initial states of the layers, as
   * Keras's {@code initial_state}. For example, use the last states of an encoder, {@link
   * Predictions#state()}.
   *
   * @param initialState all states of all layers with one row per sample; not changed
   * @throws IllegalArgumentException if the states do not fit, or the model is stateful. Set the
   *     states of a stateful model with {@link #state(NetworkState)}
   */
  public Predictions predict(Dataset data, NetworkState initialState) {
    if (network().isStateful()) {
      throw new IllegalArgumentException(
          "A model with initial states must not be stateful, but this model is. Call"
              + " state(initialState), then predict(data).");
    }
    NetworkState states = network().newState(data.size());
    states.set(initialState);
    return run(data, states, NO_CALLBACKS);
  }

  private Predictions run(Dataset data, NetworkState states, Callback... callbacks) {
    float[][] values =
        predictor.predict(data, states, WorkerPool.defaultThreads(), List.of(callbacks));
    List<Shape> shapes = predictor.outputShapes(data);
    int rows = values[0].length / shapes.get(0).size();
    boolean stopped = rows < data.size() && states != null;
    NetworkState kept = stopped ? states.select(IntStream.range(0, rows).toArray()) : states;
    if (values.length == 1) {
      Map<String, Integer> widths =
          network().isChain() ? network().outputLayer(0).outputWidths() : Map.of();
      return new Predictions(shapes.get(0), values[0], widths, kept);
    }
    List<String> names = network().outputNames();
    Map<String, Predictions> all = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      var one = new Predictions(shapes.get(i), values[i], Map.of(), kept);
      all.put(names.get(i), one);
    }
    return Predictions.of(all);
  }

  /**
   * Returns a stepper, which runs the model one time step at a time, with initial states of zeros.
   *
   * @throws IllegalArgumentException if a layer needs the whole sequence, or no layer has a state
   */
  public Stepper stepper() {
    return stepper(1);
  }

  /**
   * Returns a stepper for several sequences.
   *
   * @param rows the number of sequences
   * @throws IllegalArgumentException if a layer needs the whole sequence, or no layer has a state
   */
  public Stepper stepper(int rows) {
    return new Stepper(network(), rows);
  }

  /**
   * Returns a stepper for a model with several inputs, such as an encoder–decoder: the last input
   * is given step by step, and the others now.
   *
   * @param others the samples of the other inputs, one for each sequence
   * @throws IllegalArgumentException if the samples do not fit, or a layer that depends on the last
   *     input needs the whole sequence; the message names it and the path from the input
   */
  public Stepper stepper(Dataset others) {
    return Stepper.of(network(), others);
  }

  /**
   * Returns a copy of the states of all stateful layers after the last batch, with one row for each
   * row of a batch.
   *
   * @throws IllegalStateException if no layer is stateful
   */
  public NetworkState state() {
    return keptState().copy();
  }

  /**
   * Sets the states of all stateful layers for the next batch. The states are copied.
   *
   * @throws IllegalStateException if no layer is stateful
   * @throws IllegalArgumentException if the number of states, their sizes or the number of rows
   *     differ
   */
  public void state(NetworkState newState) {
    network().use().run("state", ModelUse.Effect.CHANGES_STATES, () -> keptState().set(newState));
  }

  /**
   * Sets the states of all stateful layers to zeros, so that the next batch starts new sequences. A
   * new epoch or validation does not reset them.
   *
   * @throws IllegalStateException if no layer is stateful
   */
  public void resetStates() {
    network().use().run("resetStates", ModelUse.Effect.CHANGES_STATES, keptState()::reset);
  }

  private NetworkState keptState() {
    if (!network().isStateful()) {
      throw new IllegalStateException(
          "At least one layer of the model must be stateful, but none is. Set stateful(true) on a"
              + " recurrent layer.");
    }
    return network().keptState();
  }

  /**
   * Computes the output of the model for one sequence. This is convenient if sequences arrive one
   * by one, for example from a sensor. After the first call, it uses only the calling thread and
   * existing buffers.
   *
   * <pre>{@code
   * double temperature = series.denormalize(model.predictOne(test.input(0))[0]);
   * }</pre>
   *
   * @param window the sequence, {@code window[step][feature]}
   * @return the output as in {@link Predictions#get}
   * @throws IllegalArgumentException if the shape does not fit the model, or a number is not finite
   */
  public double[] predictOne(double[][] window) {
    return predict(Samples.of(new double[][][] {window})).get(0);
  }

  /** Computes the output of a model for one vector of features. */
  public double[] predictOne(double[] features) {
    return predict(Samples.of(new double[][] {features})).get(0);
  }

  /** Computes the output of a model for one sequence of token ids. */
  public double[] predictOne(int[] ids) {
    return predict(Samples.of(new int[][] {ids})).get(0);
  }

  /**
   * Runs the model on one sample in inference mode and records the outputs of all layers, the gates
   * and states of recurrent layers, and the weights of attention.
   *
   * @param sample the index of the sample
   * @throws IndexOutOfBoundsException if the dataset has no such sample
   * @throws IllegalArgumentException if the data do not fit the model
   */
  public Recording record(Dataset data, int sample) {
    return Recording.of(network(), data, sample);
  }

  /**
   * Records like {@link #record}, and also runs the backward pass from the loss of the sample. It
   * records the gradients of the loss with respect to the states of recurrent layers at each time
   * step, {@code dh} and {@code dc}; see {@link Recording}. The weights do not change.
   *
   * <pre>{@code
   * double[] norms = model.recordGradients(train, 0).norms("gru", "dh"); // ‖dL/dh_t‖ for each t
   * }</pre>
   *
   * @param sample the index of the sample
   * @throws IllegalStateException before {@code compile}
   * @throws IndexOutOfBoundsException if the dataset has no such sample
   * @throws IllegalArgumentException if the data do not fit the model
   */
  public Recording recordGradients(Dataset data, int sample) {
    requireCompiled("recordGradients");
    return Recording.withGradients(network, trainer, data, sample);
  }

  /**
   * Returns the names of all values in the logs of training but the loss.
   *
   * @throws IllegalStateException before {@code compile}
   * @hidden
   */
  public Set<String> logNames() {
    requireCompiled("a search");
    return trainer.logNames();
  }

  /** Checks the data before any model is trained. */
  void requireFit(Dataset train, Dataset validation) {
    trainer.requireFit(train, "training");
    trainer.requireFit(validation, "validation");
  }

  private void requireCompiled(String method) {
    if (trainer == null && optimizer != null) { // a layer was added after compile
      compile(optimizer, outputs.toArray(new OutputLoss[0]));
    }
    if (trainer == null) {
      throw new IllegalStateException(
          "The model must be compiled before "
              + method
              + ". Call compile(optimizer, loss), for example compile(rmsprop(), mae()).");
    }
  }

  /** Returns {@link #summary()} as text. */
  @Override
  public String toString() {
    return network == null ? name() + " without layers" : summary().toString();
  }
}
