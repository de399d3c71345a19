package org.unroll.tuning;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.unroll.internal.DefaultSeed;
import org.unroll.internal.Suggestion;

/**
 * The hyperparameters of one trial, as KerasTuner's {@code hp}. The code that builds a model
 * requests them by name and range. These requests define the search space.
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
 * <p>The functions that create the data and the fit options of a trial receive the same object, so
 * lookback, step, batch size and features can be hyperparameters too. Requests may depend on
 * earlier values, as in {@code for (int i = 0; i < hp.Int("layers", 1, 3); i++)}. Put a
 * hyperparameter that only some trials request in a {@link #conditionalScope}, so that Bayesian
 * optimization knows when it matters.
 *
 * <p>A name identifies one hyperparameter, and requesting it again returns the same value. Without
 * a tuner, {@code new HyperParameters()} has the smallest or first value of each hyperparameter.
 */
// KerasTuner's names. In lower case, most of them are keywords of Java.
@SuppressWarnings("MemberName")
public final class HyperParameters {
  private final Function<HyperParameter, Object> chooser;
  private final Map<String, Object> values = new LinkedHashMap<>();
  private final List<Dimension> space = new ArrayList<>();
  private final List<Dimension.Condition> conditions = new ArrayList<>();
  private final long seed;
  private boolean askedForSeed;

  /** Creates hyperparameters with default values: the smallest or first value of each. */
  public HyperParameters() {
    this(HyperParameter::defaultValue, DefaultSeed.get());
  }

  /**
   * Creates hyperparameters with the values that {@code chooser} returns.
   *
   * @param seed the value of {@link #seed()}
   */
  HyperParameters(Function<HyperParameter, Object> chooser, long seed) {
    this.chooser = chooser;
    this.seed = seed;
  }

  /**
   * Returns hyperparameters with these values, and with default values for all other names. A value
   * that is never requested has no effect.
   *
   * @param values the values by name
   */
  public static HyperParameters of(Map<String, ?> values) {
    return of(values, HyperParameter::defaultValue, DefaultSeed.get());
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

  /** Returns an integer from {@code min} to {@code max}, both inclusive. */
  public int Int(String name, int min, int max) {
    return Int(name, min, max, Sampling.LINEAR);
  }

  /**
   * Returns one of min, min + step, …, up to {@code max}. For example, {@code Int("units", 50, 150,
   * 20)} is 50, 70, … or 150.
   */
  public int Int(String name, int min, int max, int step) {
    return Int(name, min, max, step, Sampling.LINEAR);
  }

  /** Returns an integer from {@code min} to {@code max}, both inclusive, sampled on a scale. */
  public int Int(String name, int min, int max, Sampling sampling) {
    return (Integer) ask(new HyperParameter.Integers(name, min, max, null, sampling));
  }

  /**
   * Returns an integer in steps on a scale. With {@code LOG}, the step is a ratio: {@code
   * Int("batch", 2, 32, 2, LOG)} is 2, 4, 8, 16 or 32.
   */
  public int Int(String name, int min, int max, int step, Sampling sampling) {
    return (Integer) ask(new HyperParameter.Integers(name, min, max, step, sampling));
  }

  /** Returns a number from {@code min} to {@code max}. */
  public double Float(String name, double min, double max) {
    return Float(name, min, max, Sampling.LINEAR);
  }

  /** Returns one of min, min + step, …, up to {@code max}. */
  public double Float(String name, double min, double max, double step) {
    return Float(name, min, max, step, Sampling.LINEAR);
  }

  /** Returns a number from {@code min} to {@code max}, sampled on a scale. */
  public double Float(String name, double min, double max, Sampling sampling) {
    return (Double) ask(new HyperParameter.Reals(name, min, max, null, sampling));
  }

  /**
   * Returns a number in steps on a scale. With {@code LOG}, the step is a ratio: {@code
   * Float("rate", 0.001, 1, 10, LOG)} is 0.001, 0.01, 0.1 or 1.
   */
  public double Float(String name, double min, double max, double step, Sampling sampling) {
    return (Double) ask(new HyperParameter.Reals(name, min, max, step, sampling));
  }

  /** Returns one of several strings, which have no order. */
  public String Choice(String name, String... values) {
    return (String) ask(new HyperParameter.Choices(name, Arrays.<Object>asList((Object[]) values)));
  }

  /** Returns one of several integers, which are ordered. */
  public int Choice(String name, int... values) {
    return (Integer)
        ask(
            new HyperParameter.Choices(
                name, Arrays.stream(values).<Object>mapToObj(i -> i).toList()));
  }

  /** Returns one of several numbers, which are ordered. */
  public double Choice(String name, double... values) {
    return (Double)
        ask(
            new HyperParameter.Choices(
                name, Arrays.stream(values).<Object>mapToObj(d -> d).toList()));
  }

  /** Returns false or true. */
  public boolean Boolean(String name) {
    return (Boolean) ask(new HyperParameter.Choices(name, List.of(false, true)));
  }

  /** Returns {@code value}, which is recorded with each trial. */
  public String Fixed(String name, String value) {
    return (String) ask(new HyperParameter.Constant(name, value));
  }

  /** Returns {@code value}, which is recorded with each trial. */
  public int Fixed(String name, int value) {
    return (Integer) ask(new HyperParameter.Constant(name, value));
  }

  /** Returns {@code value}, which is recorded with each trial. */
  public double Fixed(String name, double value) {
    return (Double) ask(new HyperParameter.Constant(name, value));
  }

  /** Returns {@code value}, which is recorded with each trial. */
  public boolean Fixed(String name, boolean value) {
    return (Boolean) ask(new HyperParameter.Constant(name, value));
  }

  /**
   * Runs {@code scope}, which requests more hyperparameters, if another hyperparameter has one of
   * these values. In KerasTuner's {@code conditional_scope}, the body always runs, and the values
   * are {@code None} if the condition does not hold.
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
   * <p>A hyperparameter that is requested in several scopes matters if one of them runs. If it is
   * also requested outside of scopes, it always matters.
   *
   * @param parent the name of a hyperparameter that was requested before
   * @param parentValues the values for which the scope runs
   * @param scope requests the hyperparameters
   * @throws IllegalArgumentException if {@code parent} was not requested before, or cannot have one
   *     of the values
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
                        "The parent of a conditional scope must be requested before the scope, but '"
                            + parent
                            + "' was not. Requested so far: "
                            + names()));
    for (Object value : parentValues) {
      if (!definition.accepts(value)) {
        throw new IllegalArgumentException(
            "The values of a conditional scope must be possible values of '"
                + parent
                + "' ("
                + definition.describe()
                + "), but one was "
                + typed(value)
                + ".");
      }
    }
    Dimension.Condition condition = new Dimension.Condition(parent, List.copyOf(parentValues));
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
   * Returns the seed of this execution of the trial. Use it for the initial weights, {@code
   * Sequential.seeded(hp.seed(), …)}, and for dropout. It is the same for all trials, so that they
   * are comparable, and different for each of the {@code executionsPerTrial}. Without a tuner, it
   * is the one of {@code Unroll.setRandomSeed}.
   */
  public long seed() {
    askedForSeed = true;
    return seed;
  }

  boolean askedForSeed() {
    return askedForSeed;
  }

  /**
   * Returns the value of a hyperparameter: an Integer, Double, Boolean or String.
   *
   * @throws IllegalArgumentException if there is no hyperparameter with this name
   */
  public Object get(String name) {
    Object value = values.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          Suggestion.unknown("hyperparameter", name, values.keySet()));
    }
    return value;
  }

  /** Returns the values by name, in the order of the requests. */
  public Map<String, Object> values() {
    return Collections.unmodifiableMap(values);
  }

  /** Returns the hyperparameters requested so far, in this order. */
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
              + "' must be one of its values ("
              + definition.describe()
              + "), but was "
              + typed(value)
              + ".");
    }
    space.add(asked);
    values.put(definition.name(), value);
    return value;
  }

  /** Returns the value with its class, because 1 and 1.0 are different values. */
  private static String typed(Object value) {
    return value == null ? "null" : value + " (" + value.getClass().getSimpleName() + ")";
  }

  static IllegalArgumentException different(
      String name, HyperParameter first, HyperParameter second) {
    return new IllegalArgumentException(
        "The name '"
            + name
            + "' must identify one hyperparameter. Received: "
            + first.describe()
            + " and "
            + second.describe()
            + ". Rename one of them.");
  }

  /** Returns the values as text. */
  @Override
  public String toString() {
    return values.toString();
  }
}
