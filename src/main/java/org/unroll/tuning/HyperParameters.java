package org.unroll.tuning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The hyperparameters of one trial, as KerasTuner's {@code hp}: whoever builds a model asks for
 * them by name and range, and what asks defines the search space.
 *
 * <pre>{@code
 * import org.unroll.tuning.*;
 *
 * HyperModel one = hp -> {
 *   var network = Sequential.of(
 *       input(120, 14),
 *       lstm(hp.Int("units", 50, 150, 20)).dropout(hp.Float("dropout", 0, 0.5, 0.1)),
 *       dense(1));
 *   network.compile(adam(hp.Float("learning_rate", 1e-4, 1e-2, Sampling.LOG)), mse());
 *   return network;
 * };
 * }</pre>
 *
 * <p>The functions that make the data and the fit options of a trial ask the same object, so that
 * hyperparameters reach lookback, step, batch size and features as well. What is asked for may
 * depend on values that were asked before: {@code for (int i = 0; i < hp.Int("layers", 1, 3); i++)}
 * is a search space. A name that only some trials ask for belongs in a {@link #conditionalScope},
 * from which Bayesian search learns when it matters.
 *
 * <p>A name stands for one hyperparameter: to ask again gives the same value. Without a tuner,
 * {@code new HyperParameters()} has the smallest, or first, value of all.
 */
// KerasTuner's names; in lower case most of them are words of the language.
@SuppressWarnings("MemberName")
public final class HyperParameters {
  private final Function<HyperParameter, Object> chooser;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final List<Dimension> space = new ArrayList<>();
  private final List<Condition> conditions = new ArrayList<>();
  private final long seed;
  private boolean askedForSeed;

  /** Hyperparameters that all have their default: the smallest or the first of their values. */
  public HyperParameters() {
    this(HyperParameter::defaultValue, 0);
  }

  /**
   * Hyperparameters that take what {@code chooser} gives them.
   *
   * @param seed what {@link #seed()} returns
   */
  HyperParameters(Function<HyperParameter, Object> chooser, long seed) {
    this.chooser = chooser;
    this.seed = seed;
  }

  /**
   * Hyperparameters with these values, and defaults where there is none of the name. A value whose
   * name nobody asks for has no effect.
   */
  public static HyperParameters of(Map<String, ?> values) {
    return of(values, HyperParameter::defaultValue, 0);
  }

  static HyperParameters of(
      Map<String, ?> values, Function<HyperParameter, Object> others, long seed) {
    var chosen = new LinkedHashMap<String, Object>(values);
    var parameters =
        new HyperParameters(
            definition ->
                chosen.containsKey(definition.name())
                    ? chosen.get(definition.name())
                    : others.apply(definition),
            seed);
    parameters.values.putAll(chosen);
    return parameters;
  }

  /** A whole number from {@code min} to {@code max}, both included. */
  public int Int(String name, int min, int max) {
    return Int(name, min, max, Sampling.LINEAR);
  }

  /**
   * One of min, min + step, …, up to {@code max}: {@code Int("units", 50, 150, 20)} is 50, 70, …,
   * 150.
   */
  public int Int(String name, int min, int max, int step) {
    return Int(name, min, max, step, Sampling.LINEAR);
  }

  /** A whole number from {@code min} to {@code max}, both included, on a scale. */
  public int Int(String name, int min, int max, Sampling sampling) {
    return (Integer) ask(new HyperParameter.Integers(name, min, max, null, sampling));
  }

  /**
   * A whole number in steps on a scale: with {@code LOG} the step is a ratio, and {@code
   * Int("batch", 2, 32, 2, LOG)} is 2, 4, 8, 16 or 32.
   */
  public int Int(String name, int min, int max, int step, Sampling sampling) {
    return (Integer) ask(new HyperParameter.Integers(name, min, max, step, sampling));
  }

  /** A number from {@code min} to {@code max}. */
  public double Float(String name, double min, double max) {
    return Float(name, min, max, Sampling.LINEAR);
  }

  /** One of min, min + step, …, up to {@code max}: {@code Float("dropout", 0, 0.5, 0.1)}. */
  public double Float(String name, double min, double max, double step) {
    return Float(name, min, max, step, Sampling.LINEAR);
  }

  /** A number from {@code min} to {@code max} on a scale. */
  public double Float(String name, double min, double max, Sampling sampling) {
    return (Double) ask(new HyperParameter.Reals(name, min, max, null, sampling));
  }

  /**
   * A number in steps on a scale: with {@code LOG} the step is a ratio, and {@code Float("rate",
   * 0.001, 1, 10, LOG)} is 0.001, 0.01, 0.1 or 1.
   */
  public double Float(String name, double min, double max, double step, Sampling sampling) {
    return (Double) ask(new HyperParameter.Reals(name, min, max, step, sampling));
  }

  /** One of several strings, which have no order. */
  public String Choice(String name, String... values) {
    return (String) ask(new HyperParameter.Choices(name, Arrays.<Object>asList((Object[]) values)));
  }

  /** One of several whole numbers, in an order: some lie between others. */
  public int Choice(String name, int... values) {
    return (Integer)
        ask(
            new HyperParameter.Choices(
                name, Arrays.stream(values).<Object>mapToObj(i -> i).toList()));
  }

  /** One of several numbers, in an order: some lie between others. */
  public double Choice(String name, double... values) {
    return (Double)
        ask(
            new HyperParameter.Choices(
                name, Arrays.stream(values).<Object>mapToObj(d -> d).toList()));
  }

  /** False or true. */
  public boolean Boolean(String name) {
    return (Boolean) ask(new HyperParameter.Choices(name, List.of(false, true)));
  }

  /** This value: not searched for, but written down with each trial. */
  public String Fixed(String name, String value) {
    return (String) ask(new HyperParameter.Constant(name, value));
  }

  /** This value: not searched for, but written down with each trial. */
  public int Fixed(String name, int value) {
    return (Integer) ask(new HyperParameter.Constant(name, value));
  }

  /** This value: not searched for, but written down with each trial. */
  public double Fixed(String name, double value) {
    return (Double) ask(new HyperParameter.Constant(name, value));
  }

  /** This value: not searched for, but written down with each trial. */
  public boolean Fixed(String name, boolean value) {
    return (Boolean) ask(new HyperParameter.Constant(name, value));
  }

  /**
   * Runs {@code scope}, which asks for more hyperparameters, where another one has one of these
   * values; KerasTuner's {@code conditional_scope}. (There the body always runs, and gets None
   * where the condition does not hold.)
   *
   * <pre>{@code
   * import java.util.*;
   * import org.unroll.network.Layer;
   * import org.unroll.tuning.*;
   *
   * HyperModel stacked = hp -> {
   *   var layers = new ArrayList<Layer>(List.of(input(120, 14)));
   *   boolean two = hp.Boolean("second layer");
   *   layers.add(lstm(hp.Int("units 1", 20, 100, 20)).returnSequences(two));
   *   hp.conditionalScope("second layer", List.of(true),
   *       () -> layers.add(lstm(hp.Int("units 2", 20, 100, 20))));
   *   layers.add(dense(1));
   *   var network = Sequential.of(layers.toArray(new Layer[0]));
   *   network.compile(adam(), mse());
   *   return network;
   * };
   * }</pre>
   *
   * <p>A hyperparameter that is asked for in several scopes matters where one of them runs; one
   * that is also asked for outside of them matters always.
   *
   * @param parent the name of a hyperparameter that was asked for before
   * @throws IllegalArgumentException if it was not, or can never have one of the values
   */
  public void conditionalScope(String parent, List<?> parentValues, Runnable scope) {
    HyperParameter definition =
        space.stream()
            .map(Dimension::definition)
            .filter(known -> known.name().equals(parent))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "A conditional scope depends on a hyperparameter that was asked for before."
                            + " Received: '"
                            + parent
                            + "'. Asked for so far: "
                            + names()));
    for (Object value : parentValues) {
      if (!definition.accepts(value)) {
        throw new IllegalArgumentException(
            "The conditional scope waits for '"
                + parent
                + "' to be "
                + typed(value)
                + ", which it never is: "
                + definition.describe());
      }
    }
    Condition condition = new Condition(parent, List.copyOf(parentValues));
    if (condition.holds(values)) {
      conditions.add(condition);
      try {
        scope.run();
      } finally {
        conditions.remove(conditions.size() - 1);
      }
    }
  }

  /**
   * A seed for this execution of the trial: that of the first weights, {@code
   * Sequential.seeded(hp.seed(), …)}, and of dropout. It is the same for all trials, so that they
   * are compared on equal terms, and another one for each of the {@code executionsPerTrial}.
   * Without a tuner it is 0.
   */
  public long seed() {
    askedForSeed = true;
    return seed;
  }

  boolean askedForSeed() {
    return askedForSeed;
  }

  /**
   * The value of a hyperparameter: an Integer, Double, Boolean or String.
   *
   * @throws IllegalArgumentException if there is none of this name, with the names that exist
   */
  public Object get(String name) {
    Object value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "There is no hyperparameter '" + name + "'. There are: " + values.keySet());
    }
    return value;
  }

  /** The values by name, in the order in which they were asked for. */
  public Map<String, Object> values() {
    return Collections.unmodifiableMap(values);
  }

  /** What was asked for so far, in this order. */
  List<Dimension> space() {
    return Collections.unmodifiableList(space);
  }

  private List<String> names() {
    return space.stream().map(known -> known.definition().name()).toList();
  }

  private Object ask(HyperParameter definition) {
    var asked = new Dimension(definition, List.copyOf(conditions));
    for (int i = 0; i < space.size(); i++) {
      Dimension known = space.get(i);
      if (known.name().equals(definition.name())) {
        if (!known.definition().equals(definition)) {
          throw different(definition.name(), known.definition(), definition);
        }
        space.set(i, known.or(asked));
        return values.get(definition.name());
      }
    }
    Object value = chooser.apply(definition);
    if (!definition.accepts(value)) {
      throw new IllegalArgumentException(
          "The hyperparameter '"
              + definition.name()
              + "' cannot be "
              + typed(value)
              + ": "
              + definition.describe());
    }
    space.add(asked);
    values.put(definition.name(), value);
    return value;
  }

  /** With its class, for 1 is not 1.0. */
  private static String typed(Object value) {
    return value == null ? "null" : value + " (" + value.getClass().getSimpleName() + ")";
  }

  static IllegalArgumentException different(
      String name, HyperParameter first, HyperParameter second) {
    return new IllegalArgumentException(
        "The name '"
            + name
            + "' stands for one hyperparameter. Received: "
            + first.describe()
            + " and "
            + second.describe()
            + ". Give one of them another name.");
  }

  /** The values. */
  @Override
  public String toString() {
    return values.toString();
  }
}
