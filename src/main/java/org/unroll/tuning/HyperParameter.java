package org.unroll.tuning;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One hyperparameter: its name and the values it can have. Every value has a share of the numbers
 * from 0 to 1, on the scale on which the values are sampled.
 */
public sealed interface HyperParameter {
  /** How many values a grid takes of a range without steps, as in KerasTuner. */
  int GRID_VALUES = 10;

  /** The name, one of its own in a search space. */
  String name();

  /** The value where no tuner chooses: the smallest or first of all, as in KerasTuner. */
  Object defaultValue();

  /**
   * The value that a number stands for.
   *
   * @param share from 0, below 1
   */
  Object valueAt(double share);

  /** The middle of the numbers that stand for a value. */
  double shareOf(Object value);

  /** Whether this hyperparameter can have the value. */
  boolean accepts(Object value);

  /** The values of a grid: all, or of a range without steps 10, evenly on its scale. */
  List<Object> values();

  /** Whether the values are numbers, so that some of them lie between others. */
  default boolean isOrdered() {
    return defaultValue() instanceof Number;
  }

  /** The kind and the values, for people: {@code Int 50 … 150, step 20}. */
  String describe();

  /**
   * Whole numbers from {@code min} to {@code max}, both included.
   *
   * @param step the distance, or with LOG and REVERSE_LOG the ratio, of neighbours; null for none,
   *     which for LINEAR is 1
   */
  record Integers(String name, int min, int max, Integer step, Sampling sampling)
      implements HyperParameter {
    /** Checks the range. */
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
      // One more than the maximum, so that the maximum has a share as large as the others. Rounding
      // may lead past the ends.
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
   * Numbers from {@code min} to {@code max}, the maximum included where there are steps that reach
   * it.
   *
   * @param step the distance, or with LOG and REVERSE_LOG the ratio, of neighbours; null for none
   */
  record Reals(String name, double min, double max, Double step, Sampling sampling)
      implements HyperParameter {
    /** Checks the range. */
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
      // Rounding may lead past the ends.
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

  /** One of several values, equally likely; ordered where they are numbers. */
  record Choices(String name, List<Object> values) implements HyperParameter {
    /** Checks the values. */
    public Choices {
      values = List.copyOf(values);
      if (values.isEmpty()) {
        throw new IllegalArgumentException("The choice '" + name + "' has no values.");
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
              "The values of a choice are different strings, or whole numbers, or finite"
                  + " numbers, or booleans. Received: '"
                  + name
                  + "' of "
                  + values
                  + ". Choose by name, and look the object up by the name.");
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

  /** A value that is not searched for, but recorded with each trial. */
  record Constant(String name, Object defaultValue) implements HyperParameter {
    /** Checks the value. */
    public Constant {
      if (defaultValue instanceof Double number && !Double.isFinite(number)) {
        throw new IllegalArgumentException(
            "A fixed number is finite. Received: '" + name + "' " + number);
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
