package org.unroll;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;

import java.math.BigDecimal;
import java.math.MathContext;
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
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.losses.Loss;
import org.unroll.losses.Losses;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;
import org.unroll.timeseries.Windows;
import org.unroll.training.FitOptions;
import org.unroll.training.NonFiniteLossException;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;
import tech.tablesaw.plotly.components.Figure;

/**
 * Trains several models on the same data, with the same settings and the same seed, and sets them
 * side by side.
 *
 * <pre>{@code
 * var runs = Comparison.of("SimpleRNN", simpleRnn(32), "LSTM", lstm(32), "GRU", gru(32))
 *     .on(train, val)
 *     .epochs(10)
 *     .run();
 * }</pre>
 *
 * <p>A stack of layers gets the input that the data needs and, where it ends in a recurrent layer,
 * a {@code dense} layer for the targets. Default settings: RMSprop, MAE, 10 epochs.
 */
public final class Comparison {
  private final Map<String, List<Layer>> stacks = new LinkedHashMap<>();
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
  private long seed;
  private Result last;

  private Comparison() {}

  /** A comparison that begins with one model; add others with {@link #and}. */
  public static Comparison of(String name, Layer... layers) {
    return new Comparison().and(name, layers);
  }

  /** Two models of one layer each. */
  public static Comparison of(String name1, Layer layer1, String name2, Layer layer2) {
    return of(name1, layer1).and(name2, layer2);
  }

  /** Three models of one layer each. */
  public static Comparison of(
      String name1, Layer layer1, String name2, Layer layer2, String name3, Layer layer3) {
    return of(name1, layer1, name2, layer2).and(name3, layer3);
  }

  /**
   * Adds a model.
   *
   * @throws IllegalArgumentException if the name is taken, or there is no layer
   */
  public Comparison and(String name, Layer... layers) {
    if (layers.length == 0) {
      throw new IllegalArgumentException("'" + name + "' has no layer to compare.");
    }
    if (stacks.put(name, Arrays.asList(layers)) != null) {
      throw new IllegalArgumentException(
          "Each model of a comparison has a name of its own. Received twice: '" + name + "'");
    }
    return this;
  }

  /** The data to train and to validate on. */
  public Comparison on(Dataset newTrain, Dataset newValidation) {
    train = newTrain;
    validation = newValidation;
    return this;
  }

  /** The number of epochs for each model; 10 by default. */
  public Comparison epochs(int count) {
    epochs = count;
    return this;
  }

  /** The number of batches in an epoch; all by default. */
  public Comparison stepsPerEpoch(int steps) {
    stepsPerEpoch = steps;
    return this;
  }

  /** The number of validation batches to evaluate on; all by default. */
  public Comparison validationSteps(int steps) {
    validationSteps = steps;
    return this;
  }

  /**
   * Where each model gets its own callbacks from; none by default.
   *
   * <pre>{@code
   * import java.util.List;
   *
   * comparison.callbacks(name -> List.of(earlyStopping("val_loss", 3)));
   * }</pre>
   *
   * @param byModel the callbacks for the model of a name
   */
  public Comparison callbacks(Function<String, List<Callback>> byModel) {
    callbacks = byModel;
    return this;
  }

  /** Where each model gets its own optimizer from; {@code Optimizers::rmsprop} by default. */
  public Comparison optimizer(Supplier<Optimizer> newOptimizer) {
    optimizer = newOptimizer;
    return this;
  }

  /** The loss; MAE by default. */
  public Comparison loss(Loss newLoss) {
    loss = newLoss;
    return this;
  }

  /** Metrics by their Keras names; none by default. */
  public Comparison metrics(String... names) {
    metrics = names.clone();
    return this;
  }

  /** How progress is shown, see {@link FitOptions#verbose(int)}. */
  public Comparison verbose(int level) {
    verbose = level;
    return this;
  }

  /** The seed of every model's first weights and of its dropout; 0 by default. */
  public Comparison seed(long newSeed) {
    seed = newSeed;
    return this;
  }

  /**
   * Trains the models one after another. A model whose loss becomes infinite or NaN is told of in
   * {@link Result#failures()} and costs none of the others its training. An interrupt ends the one
   * at hand and leaves out those that would follow.
   *
   * <p>A comparison runs once, because its layers become those of the models it returns.
   *
   * @throws IllegalStateException before {@link #on}, or if the layers already belong to models
   */
  public Result run() {
    if (train == null || validation == null) {
      throw new IllegalStateException("Call on(train, validation) before run().");
    }
    if (train.targetShape() == null) {
      throw new IllegalArgumentException("A comparison needs targets; the training data has none.");
    }
    stacks.forEach(Comparison::requireNew);
    // All models are built first, so that a mistake in the last one does not cost the training of
    // the others.
    Map<String, Sequential> models = new LinkedHashMap<>();
    stacks.forEach((name, layers) -> models.put(name, model(name, layers)));
    models.values().forEach(model -> model.requireFit(train, validation));
    Result result = new Result(validation, loss);
    last = result;
    Optional<LiveProgress> live = LiveProgress.open(verbose).map(LiveProgress::severalRuns);
    try {
      run(models, result, live);
    } finally {
      live.ifPresent(LiveProgress::end);
    }
    return result;
  }

  private static void requireNew(String name, List<Layer> layers) {
    for (Layer layer : layers) {
      if (layer.isBuilt()) {
        throw new IllegalStateException(
            "A comparison runs once: its layers become those of the models it trains. Received: "
                + layer.describe()
                + " of '"
                + name
                + "', which already belongs to a model. Make the layers anew where the comparison"
                + " is run, in a notebook in the same cell: Comparison.of(…).on(…).run().");
      }
    }
  }

  private void run(Map<String, Sequential> models, Result result, Optional<LiveProgress> live) {
    for (Map.Entry<String, Sequential> entry : models.entrySet()) {
      result.models.put(entry.getKey(), entry.getValue());
      try {
        FitOptions options = options(entry.getKey());
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
   * What the last {@link #run} found, also one that was stopped; null before the first. In a
   * notebook, a cell that was stopped assigns nothing, so this is where its models are.
   */
  public Result result() {
    return last;
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
    Sequential model = Sequential.seeded(seed, stack.toArray(new Layer[0])).name(name);
    model.compile(optimizer.get(), loss, metrics);
    return model;
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

  /** What is compared and how; before {@link #run}, that is all there is to tell. */
  @Override
  public String toString() {
    return "Comparison of "
        + String.join(", ", stacks.keySet())
        + ": "
        + epochs
        + (epochs == 1 ? " epoch" : " epochs")
        + ", loss "
        + loss.name()
        + (train == null ? "; no data yet, call on(train, validation)" : "");
  }

  /** What a comparison found. */
  public static final class Result {
    /** Printed to four significant digits: more is noise, fewer may hide a difference. */
    private static final NumberColumnFormatter FOUR_DIGITS =
        new NumberColumnFormatter() {
          @Override
          public String format(double value) {
            return Double.isFinite(value)
                ? new BigDecimal(value).round(new MathContext(4)).toPlainString()
                : Double.toString(value);
          }
        };

    private final Map<String, Sequential> models = new LinkedHashMap<>();
    private final Map<String, NonFiniteLossException> failures = new LinkedHashMap<>();
    private final Dataset validation;
    private final Loss loss;

    Result(Dataset validation, Loss loss) {
      this.validation = validation;
      this.loss = loss;
    }

    /** The trained models by name. */
    public Map<String, Sequential> models() {
      return Collections.unmodifiableMap(models);
    }

    /** Why training ended early, by name, for the models whose loss became infinite or NaN. */
    public Map<String, NonFiniteLossException> failures() {
      return Collections.unmodifiableMap(failures);
    }

    /** One of the trained models. */
    public Sequential model(String name) {
      Sequential model = models.get(name);
      if (model == null) {
        throw new IllegalArgumentException(
            "This comparison has no model '" + name + "'. It has: " + models.keySet());
      }
      return model;
    }

    /** The history of one of the trained models. */
    public History history(String name) {
      return model(name).history();
    }

    /** The histories by name. */
    public Map<String, History> histories() {
      Map<String, History> histories = new LinkedHashMap<>();
      models.forEach((name, model) -> histories.put(name, model.history()));
      return histories;
    }

    /**
     * A row for each model: its parameters, the median of the seconds an epoch took, the smallest
     * validation loss and its epoch. Where the loss is MAE and the data are windows of a series
     * with one target, also this loss in the target's own unit. The table prints four digits of
     * each and holds them all. Where there are {@link #failures()}, a last column has the first
     * sentence of each. A model that was stopped in its first epoch has no row.
     */
    public Table table() {
      StringColumn names = StringColumn.create("model");
      IntColumn parameters = IntColumn.create("parameters");
      DoubleColumn seconds = DoubleColumn.create("seconds per epoch");
      DoubleColumn best = DoubleColumn.create("best val_loss");
      IntColumn epoch = IntColumn.create("in epoch");
      models.forEach(
          (name, model) -> {
            boolean hasEpochs = model.history().epochs() > 0;
            if (!hasEpochs && !failures.containsKey(name)) {
              return;
            }
            names.append(name);
            parameters.append(model.parameters());
            if (hasEpochs) {
              List<Double> losses = model.history().get("val_loss");
              double smallest = Collections.min(losses);
              seconds.append(median(model.history().seconds()));
              best.append(smallest);
              epoch.append(losses.indexOf(smallest) + 1);
            } else {
              seconds.appendMissing();
              best.appendMissing();
              epoch.appendMissing();
            }
          });
      seconds.setPrintFormatter(FOUR_DIGITS);
      best.setPrintFormatter(FOUR_DIGITS);
      Table table = Table.create("Comparison", names, parameters, seconds, best, epoch);
      if (validation instanceof Windows windows
          && windows.series().targetNames().size() == 1
          && loss.name().equals(Losses.mae().name())) {
        DoubleColumn inUnits = DoubleColumn.create("MAE, " + windows.series().targetNames().get(0));
        best.forEach(value -> inUnits.append(windows.series().denormalizeError(value)));
        inUnits.setPrintFormatter(FOUR_DIGITS);
        table.addColumns(inUnits);
      }
      if (!failures.isEmpty()) {
        table.addColumns(names.map(this::failureOf).setName("failure"));
      }
      return table;
    }

    private String failureOf(String name) {
      NonFiniteLossException failure = failures.get(name);
      return failure == null ? "" : failure.getMessage().split("(?<=\\.) ", 2)[0];
    }

    private static double median(List<Double> values) {
      List<Double> sorted = values.stream().sorted().toList();
      int middle = sorted.size() / 2;
      return sorted.size() % 2 == 1
          ? sorted.get(middle)
          : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The curves of all models in one plot. */
    public Figure plot() {
      return PlotProvider.find().comparison(histories());
    }

    /** The text of {@link #table()}. */
    @Override
    public String toString() {
      return table().printAll();
    }
  }
}
