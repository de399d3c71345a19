package org.unroll;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.LiveProgress;
import org.unroll.data.Dataset;
import org.unroll.internal.DefaultSeed;
import org.unroll.internal.Suggestion;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;
import org.unroll.training.NonFiniteLossException;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/**
 * Trains several models on the same data, with the same settings and the same seed, and compares
 * them.
 *
 * <pre>{@code
 * var runs = Comparison.of("SimpleRNN", simpleRnn(32), "LSTM", lstm(32), "GRU", gru(32))
 *     .on(train, val)
 *     .epochs(10)
 *     .run();
 * }</pre>
 *
 * <p>Each stack of layers gets an input with the shape of the data. If the last layer is recurrent,
 * a {@code dense} layer for the targets is added. The default settings are RMSprop, MAE and 10
 * epochs.
 */
public final class Comparison {
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private Dataset train;
  private Dataset validation;
  private int epochs = 10;
  private Integer stepsPerEpoch;
  private Integer validationSteps;
  private Function<String, List<Callback>> callbacks = name -> List.of();
  private Supplier<Optimizer> optimizer = Optimizers::rmsprop;
  private Loss loss = Losses.mae();
  private String[] metrics = {};
  private Integer verbose;
  private long seed = DefaultSeed.get();
  private Result last;

  /** A model, or the layers of one that is not built yet. */
  private record Entry(Model model, List<Layer> layers) {}

  private Comparison() {}

  /**
   * Creates a comparison with one model. Add others with {@link #and}.
   *
   * @param name the name of the model
   * @param layers the layers of the model, without an input
   * @throws IllegalArgumentException if there is no layer
   */
  public static Comparison of(String name, Layer... layers) {
    return new Comparison().and(name, layers);
  }

  /**
   * Creates a comparison with one model. Add others with {@link #and(String, Model)}.
   *
   * @throws IllegalArgumentException as {@link #and(String, Model)} does
   */
  public static Comparison of(String name, Model model) {
    return new Comparison().and(name, model);
  }

  /** Creates a comparison of two models with one layer each. */
  public static Comparison of(String name1, Layer layer1, String name2, Layer layer2) {
    return of(name1, layer1).and(name2, layer2);
  }

  /** Creates a comparison of three models with one layer each. */
  public static Comparison of(
      String name1, Layer layer1, String name2, Layer layer2, String name3, Layer layer3) {
    return of(name1, layer1, name2, layer2).and(name3, layer3);
  }

  /**
   * Adds a model.
   *
   * @param name the name of the model
   * @param layers the layers of the model, without an input
   * @throws IllegalArgumentException if another model has the name, or there is no layer
   */
  public Comparison and(String name, Layer... layers) {
    if (layers.length == 0) {
      throw new IllegalArgumentException(
          "Each model of a comparison must have at least one layer, but '" + name + "' has none.");
    }
    return and(name, new Entry(null, Arrays.asList(layers)));
  }

  /**
   * Adds a model of any kind, such as one with several inputs or outputs. A model that is compiled
   * keeps its optimizer, loss and metrics; any other gets those of the comparison. Its initial
   * weights are those that it has.
   *
   * <pre>{@code
   * var steps = input(12, 3);
   * var merged = concatenate().on(gru(8).on(steps), lstm(8).on(steps));
   * Comparison.of("both", Model.of(steps, dense(1).on(merged))).and("GRU", gru(16));
   * }</pre>
   *
   * @param name the name of the model in the comparison
   * @param model a model that was not trained after {@code compile}
   * @throws IllegalArgumentException if another model has the name, or the model occurs twice
   */
  public Comparison and(String name, Model model) {
    for (Map.Entry<String, Entry> other : entries.entrySet()) {
      if (other.getValue().model() == model) {
        throw new IllegalArgumentException(
            "The models of a comparison must differ, but '"
                + other.getKey()
                + "' and '"
                + name
                + "' are the same. Build a second one.");
      }
    }
    return and(name, new Entry(model, List.of()));
  }

  private Comparison and(String name, Entry entry) {
    if (entries.put(name, entry) != null) {
      throw new IllegalArgumentException(
          "The models of a comparison must have different names, but '" + name + "' occurs twice.");
    }
    return this;
  }

  /** Sets the training data and the validation data. */
  public Comparison on(Dataset newTrain, Dataset newValidation) {
    train = newTrain;
    validation = newValidation;
    return this;
  }

  /** Sets the number of epochs of each model; 10 by default. */
  public Comparison epochs(int count) {
    epochs = count;
    return this;
  }

  /** Sets the number of batches in an epoch; all by default. */
  public Comparison stepsPerEpoch(int steps) {
    stepsPerEpoch = steps;
    return this;
  }

  /** Sets the number of validation batches; all by default. */
  public Comparison validationSteps(int steps) {
    validationSteps = steps;
    return this;
  }

  /**
   * Sets the callbacks of each model; none by default.
   *
   * <pre>{@code
   * import java.util.List;
   *
   * comparison.callbacks(name -> List.of(earlyStopping("val_loss", 3)));
   * }</pre>
   *
   * @param byModel returns new callbacks for the model with a name
   */
  public Comparison callbacks(Function<String, List<Callback>> byModel) {
    callbacks = byModel;
    return this;
  }

  /**
   * Sets the supplier of a new optimizer for each model; {@code Optimizers::rmsprop} by default.
   */
  public Comparison optimizer(Supplier<Optimizer> newOptimizer) {
    optimizer = newOptimizer;
    return this;
  }

  /** Sets the loss; MAE by default. */
  public Comparison loss(Loss newLoss) {
    loss = newLoss;
    return this;
  }

  /** Sets the metrics by their Keras names; none by default. */
  public Comparison metrics(String... names) {
    metrics = names.clone();
    return this;
  }

  /** Sets how progress is shown; see {@link FitOptions#verbose(int)}. */
  public Comparison verbose(int level) {
    verbose = level;
    return this;
  }

  /**
   * Sets the seed of the initial weights and of dropout of all models; by default the one of {@link
   * Unroll#setRandomSeed}.
   */
  public Comparison seed(long newSeed) {
    seed = newSeed;
    return this;
  }

  /**
   * Trains the models one after another. A model whose loss becomes infinite or NaN is reported by
   * {@link Result#failures()}, and the other models are still trained. An interrupt stops the
   * current model and skips the remaining ones.
   *
   * <p>A comparison can run only once, because the returned models own its layers.
   *
   * @throws IllegalStateException before {@link #on}, if the layers already belong to models, or if
   *     a model was already trained
   * @throws IllegalArgumentException if the data have no targets, or do not fit the models
   */
  public Result run() {
    if (train == null || validation == null) {
      throw new IllegalStateException(
          "A comparison must have data before it runs. Call on(train, validation) before run().");
    }
    if (train.targetShape() == null) {
      throw new IllegalArgumentException(
          "The training data of a comparison must have targets, but has none.");
    }
    entries.forEach(Comparison::requireNew);
    // All models are built first, so that a mistake in the last one is found before any training.
    Map<String, Model> models = new LinkedHashMap<>();
    entries.forEach((name, entry) -> models.put(name, compiled(name, entry)));
    models.values().forEach(model -> model.requireFit(train, validation));
    Map<String, FitOptions> options = new LinkedHashMap<>();
    models.keySet().forEach(name -> options.put(name, options(name)));
    models.forEach((name, model) -> model.requireSavable(options.get(name)));
    Result result = new Result(validation);
    last = result;
    Optional<LiveProgress> live = LiveProgress.open(verbose).map(LiveProgress::severalRuns);
    try {
      run(models, options, result, live);
    } finally {
      live.ifPresent(LiveProgress::end);
    }
    return result;
  }

  private static void requireNew(String name, Entry entry) {
    Model model = entry.model();
    if (model != null && model.optimizer() != null && model.optimizer().iterations() > 0) {
      throw new IllegalStateException(
          "A comparison must have models that were not trained and can run only once, but '"
              + name
              + "' was trained. Build the model and run the comparison together, or compile the model"
              + " again to train it further.");
    }
    for (Layer layer : entry.layers()) {
      if (layer.isBuilt()) {
        throw new IllegalStateException(
            "A comparison must have new layers and can run only once, but "
                + layer.describe()
                + " of '"
                + name
                + "' already belongs to a model. Create the layers and run the comparison together, in"
                + " a notebook in the same cell: Comparison.of(…).on(…).run().");
      }
    }
  }

  private void run(
      Map<String, Model> models,
      Map<String, FitOptions> all,
      Result result,
      Optional<LiveProgress> live) {
    for (Map.Entry<String, Model> entry : models.entrySet()) {
      result.models.put(entry.getKey(), entry.getValue());
      try {
        FitOptions options = all.get(entry.getKey());
        live.ifPresent(display -> options.progress(display.title(entry.getKey())));
        entry.getValue().fit(train, options);
      } catch (NonFiniteLossException e) {
        result.failures.put(entry.getKey(), e);
      }
      if (Thread.currentThread().isInterrupted()) {
        break;
      }
    }
  }

  /**
   * Returns the result of the last {@link #run}, even if it was interrupted; null before the first
   * run. In a notebook, an interrupted cell assigns no variable, but this method returns its
   * models.
   */
  public Result result() {
    return last;
  }

  private Model compiled(String name, Entry entry) {
    Model model = entry.model() == null ? model(name, entry.layers()) : entry.model();
    if (model.optimizer() == null) {
      model.compile(optimizer.get(), loss, metrics);
    }
    return model;
  }

  private Sequential model(String name, List<Layer> layers) {
    var stack = new ArrayList<Layer>();
    Input first = input(train.inputShape().toArray());
    if (layers.stream().anyMatch(Layer::stateful)) {
      first.batchSize(train.batchSize());
    }
    stack.add(first);
    stack.addAll(layers);
    if (layers.get(layers.size() - 1) instanceof RecurrentLayer<?> last) {
      int size = train.targetShape().size();
      int steps = last.returnSequences() ? train.inputShape().axis(0) : 1;
      stack.add(dense(Math.max(1, size / steps)));
    }
    return Sequential.seeded(seed, stack.toArray(new Layer[0])).name(name);
  }

  private FitOptions options(String name) {
    FitOptions options =
        FitOptions.epochs(epochs)
            .validation(validation)
            .seed(seed)
            .title(name)
            .callbacks(callbacks.apply(name).toArray(new Callback[0]));
    if (stepsPerEpoch != null) {
      options.stepsPerEpoch(stepsPerEpoch);
    }
    if (validationSteps != null) {
      options.validationSteps(validationSteps);
    }
    return verbose == null ? options : options.verbose(verbose);
  }

  /** Returns the models and settings as text. */
  @Override
  public String toString() {
    return "Comparison of "
        + String.join(", ", entries.keySet())
        + ": "
        + epochs
        + (epochs == 1 ? " epoch" : " epochs")
        + ", loss "
        + loss.name()
        + (train == null ? "; no data, call on(train, validation)" : "");
  }

  /** The result of a comparison: its models, their histories, and a table. */
  public static final class Result {
    private final Map<String, Model> models = new LinkedHashMap<>();
    private final Map<String, NonFiniteLossException> failures = new LinkedHashMap<>();
    private final Dataset validation;

    Result(Dataset validation) {
      this.validation = validation;
    }

    /** Returns the trained models by name. */
    public Map<String, Model> models() {
      return Collections.unmodifiableMap(models);
    }

    /** Returns the errors of the models whose loss became infinite or NaN, by name. */
    public Map<String, NonFiniteLossException> failures() {
      return Collections.unmodifiableMap(failures);
    }

    /**
     * Returns the trained model with a name.
     *
     * @throws IllegalArgumentException if there is no such model
     */
    public Model model(String name) {
      Model model = models.get(name);
      if (model == null) {
        throw new IllegalArgumentException(Suggestion.unknown("model", name, models.keySet()));
      }
      return model;
    }

    /**
     * Returns the history of the trained model with a name.
     *
     * @throws IllegalArgumentException if there is no such model
     */
    public History history(String name) {
      return model(name).history();
    }

    /** Returns the histories by name. */
    public Map<String, History> histories() {
      Map<String, History> histories = new LinkedHashMap<>();
      models.forEach((name, model) -> histories.put(name, model.history()));
      return histories;
    }

    /**
     * Returns a table with a row for each model. The columns are the number of parameters, the
     * median of the seconds per epoch, the smallest validation loss, and its epoch. If all losses
     * are MAE and the data are windows of a series with one target, there is also a column with
     * this loss in the unit of the target. If there are {@link #failures()}, the last column
     * contains the first sentence of each message. A model that was stopped in its first epoch has
     * no row. Numbers are printed with four digits, but stored with all digits.
     */
    public Table table() {
      return new ComparisonTable(this, validation).build();
    }

    /** Plots the training and validation curves of all models in one figure. */
    public Figure plot() {
      return PlotProvider.find().comparison(histories());
    }

    /** Returns {@link #table()} as text. */
    @Override
    public String toString() {
      return table().printAll();
    }
  }
}
