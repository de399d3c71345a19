package org.unroll.tuning;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A hyperparameter: its name and its possible values. Each value corresponds to an interval of the
 * numbers from 0 to 1, so that uniform random numbers sample the values on their scale.
 */
public sealed interface HyperParameter {
  /** The number of values in a grid for a range without steps, as in KerasTuner. */
  int GRID_VALUES = 10;

  /** Returns the name, which is unique in a search space. */
  String name();

  /** Returns the smallest or first value, as in KerasTuner. */
  Object defaultValue();

  /**
   * Returns the value whose interval contains a number.
   *
   * @param share a number from 0 (inclusive) to 1 (exclusive)
   */
  Object valueAt(double share);

  /** Returns the midpoint of the interval of a value. */
  double shareOf(Object value);

  /** Returns whether this hyperparameter can have the value. */
  boolean accepts(Object value);

  /** Returns all values, or 10 evenly spaced values of a range without steps. */
  List<Object> values();

  /** Returns whether the values are numbers, which have an order. */
  default boolean isOrdered() {
    return defaultValue() instanceof Number;
  }

  /** Returns the type and the values as text, such as {@code Int 50 … 150, step 20}. */
  String describe();

  /**
   * Integers from {@code min} to {@code max}, both inclusive.
   *
   * @param name the name
   * @param min the minimum
   * @param max the maximum
   * @param step the difference of neighboring values, or their ratio with LOG and REVERSE_LOG; null
   *     for all integers
   * @param sampling the scale
   */
  record Integers(String name, int min, int max, Integer step, Sampling sampling)
      implements HyperParameter {
    /** Creates the hyperparameter and checks its range. */
    public Integers {
      NumericRange.check(name, min, max, step, sampling);
      if (step == null && sampling == Sampling.LINEAR) {
        step = 1;
      }
    }

    @Override
    public Object defaultValue() {
      return step == null ? min : stepped().least().intValueExact();
    }

    @Override
    public Object valueAt(double share) {
      if (step != null) {
        return stepped().at(share).intValueExact();
      }
      // One more than the maximum, so that the interval of the maximum is as large as the others.
      // Rounding can exceed the ends.
      double value = NumericRange.at(share, min, max + 1.0, sampling);
      return (int) Math.max(min, Math.min(max, Math.floor(value)));
    }

    @Override
    public double shareOf(Object value) {
      int number = (Integer) value;
      if (step != null) {
        return stepped().shareOf(number);
      }
      return NumericRange.shareOf(number + 0.5, min, max + 1.0, sampling);
    }

    private NumericRange stepped() {
      return NumericRange.of(min, max, step, sampling);
    }

    @Override
    public boolean accepts(Object value) {
      return value instanceof Integer number
          && number >= min
          && number <= max
          && (step == null || number.equals(valueAt(shareOf(number))));
    }

    @Override
    public List<Object> values() {
      return step == null ? evenly(this) : stepped().values(BigDecimal::intValueExact);
    }

    @Override
    public String describe() {
      return NumericRange.describe("Int", min, max, step, sampling);
    }
  }

  /**
   * Real numbers from {@code min} to {@code max}. The maximum is included if a step reaches it.
   *
   * @param name the name
   * @param min the minimum
   * @param max the maximum
   * @param step the difference of neighboring values, or their ratio with LOG and REVERSE_LOG; null
   *     for none
   * @param sampling the scale
   */
  record Reals(String name, double min, double max, Double step, Sampling sampling)
      implements HyperParameter {
    /** Creates the hyperparameter and checks its range. */
    public Reals {
      NumericRange.check(name, min, max, step, sampling);
    }

    @Override
    public Object defaultValue() {
      return step == null ? min : stepped().least().doubleValue();
    }

    @Override
    public Object valueAt(double share) {
      if (step != null) {
        return stepped().at(share).doubleValue();
      }
      // Rounding can exceed the ends.
      return Math.max(min, Math.min(max, NumericRange.at(share, min, max, sampling)));
    }

    @Override
    public double shareOf(Object value) {
      double number = (Double) value;
      return step != null
          ? stepped().shareOf(number)
          : NumericRange.shareOf(number, min, max, sampling);
    }

    private NumericRange stepped() {
      return NumericRange.of(min, max, step, sampling);
    }

    @Override
    public boolean accepts(Object value) {
      return value instanceof Double number
          && number >= min
          && number <= max
          && (step == null || number.equals(valueAt(shareOf(number))));
    }

    @Override
    public List<Object> values() {
      return step == null ? evenly(this) : stepped().values(BigDecimal::doubleValue);
    }

    @Override
    public String describe() {
      return NumericRange.describe("Float", min, max, step, sampling);
    }
  }

  /**
   * One of several equally likely values, which are ordered if they are numbers.
   *
   * @param name the name
   * @param values the values: strings, integers, finite numbers or booleans
   */
  record Choices(String name, List<Object> values) implements HyperParameter {
    /** Creates the hyperparameter and checks its values. */
    public Choices {
      values = List.copyOf(values);
      if (values.isEmpty()) {
        throw new IllegalArgumentException(
            "The choice '" + name + "' must have at least one value, but has none.");
      }
      Class<?> type = values.get(0).getClass();
      for (Object value : values) {
        boolean kept =
            value instanceof String
                || value instanceof Integer
                || (value instanceof Double number && Double.isFinite(number))
                || value instanceof Boolean;
        if (!kept || value.getClass() != type || Collections.frequency(values, value) > 1) {
          throw new IllegalArgumentException(
              "The values of a choice must be different and of one type: strings, integers, finite"
                  + " numbers or booleans. Received: '"
                  + name
                  + "' with "
                  + values
                  + ". To choose among objects, use their names as values.");
        }
      }
    }

    @Override
    public Object defaultValue() {
      return values.get(0);
    }

    @Override
    public Object valueAt(double share) {
      return values.get((int) (share * values.size()));
    }

    @Override
    public double shareOf(Object value) {
      return (values.indexOf(value) + 0.5) / values.size();
    }

    @Override
    public boolean accepts(Object value) {
      return values.contains(value);
    }

    @Override
    public String describe() {
      return (values.get(0) instanceof Boolean ? "Boolean " : "Choice ")
          + values.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
  }

  /**
   * A fixed value, which is recorded with each trial.
   *
   * @param name the name
   * @param defaultValue the value
   */
  record Constant(String name, Object defaultValue) implements HyperParameter {
    /** Creates the hyperparameter and checks its value. */
    public Constant {
      if (defaultValue instanceof Double number && !Double.isFinite(number)) {
        throw new IllegalArgumentException(
            "The fixed value '" + name + "' must be finite, but was " + number + ".");
      }
    }

    @Override
    public Object valueAt(double share) {
      return defaultValue;
    }

    @Override
    public double shareOf(Object value) {
      return 0.5;
    }

    @Override
    public boolean accepts(Object value) {
      return defaultValue.equals(value);
    }

    @Override
    public List<Object> values() {
      return List.of(defaultValue);
    }

    @Override
    public String describe() {
      return "Fixed " + defaultValue;
    }
  }

  private static List<Object> evenly(HyperParameter range) {
    var values = new ArrayList<Object>();
    for (int i = 0; i < GRID_VALUES; i++) {
      Object value = range.valueAt((i + 0.5) / GRID_VALUES);
      if (!values.contains(value)) {
        values.add(value);
      }
    }
    return values;
  }
}
