package org.unroll.tuning;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * The values of a range with steps. Decimal arithmetic ensures that 0 … 0.3 in steps of 0.1 has
 * four values, of which the last is exactly 0.3. Static methods compute the values of ranges
 * without steps.
 *
 * @param count the number of values
 */
record NumericRange(BigDecimal min, BigDecimal max, BigDecimal step, Sampling sampling, int count) {

  /** Creates a range with steps. */
  static NumericRange of(Number from, Number to, Number by, Sampling sampling) {
    BigDecimal min = decimal(from);
    BigDecimal max = decimal(to);
    BigDecimal step = decimal(by);
    int count = 0;
    if (sampling == Sampling.LINEAR) {
      count = max.subtract(min).divideToIntegralValue(step).intValueExact() + 1;
    } else {
      for (BigDecimal value = min; value.compareTo(max) <= 0; value = value.multiply(step)) {
        count++;
      }
    }
    return new NumericRange(min, max, step, sampling, count);
  }

  /** Converts the printed number, so that 0.1 is exactly a tenth. */
  private static BigDecimal decimal(Number number) {
    return new BigDecimal(number.toString());
  }

  /** Returns the value whose interval contains a number from 0 (inclusive) to 1 (exclusive). */
  BigDecimal at(double share) {
    return get((int) (share * count));
  }

  /** Returns the smallest value. With REVERSE_LOG, it can be greater than the minimum. */
  BigDecimal least() {
    return sampling == Sampling.REVERSE_LOG ? get(count - 1) : min;
  }

  /** Returns all values. */
  List<Object> values(Function<BigDecimal, Object> kind) {
    return IntStream.range(0, count).mapToObj(this::get).map(kind).toList();
  }

  private BigDecimal get(int index) {
    return switch (sampling) {
      case LINEAR -> min.add(step.multiply(BigDecimal.valueOf(index)));
      case LOG -> min.multiply(step.pow(index));
      case REVERSE_LOG -> max.add(min).subtract(min.multiply(step.pow(index)));
    };
  }

  /** Returns the midpoint of the interval of the nearest step. */
  double shareOf(Number number) {
    BigDecimal value = decimal(number);
    int index;
    if (sampling == Sampling.LINEAR) {
      index = value.subtract(min).divide(step, 0, RoundingMode.HALF_UP).intValueExact();
    } else {
      BigDecimal power = sampling == Sampling.LOG ? value : max.add(min).subtract(value);
      double ratio = power.doubleValue() / min.doubleValue();
      index = (int) Math.rint(StrictMath.log(ratio) / StrictMath.log(step.doubleValue()));
    }
    return (Math.max(0, Math.min(count - 1, index)) + 0.5) / count;
  }

  /** Returns a value of a range without steps. StrictMath returns the same on each machine. */
  static double at(double share, double min, double max, Sampling sampling) {
    return switch (sampling) {
      case LINEAR -> min + share * (max - min);
      case LOG -> min * StrictMath.pow(max / min, share);
      case REVERSE_LOG -> max + min - min * StrictMath.pow(max / min, 1 - share);
    };
  }

  /** Returns the number from 0 to 1 that corresponds to a value of a range without steps. */
  static double shareOf(double value, double min, double max, Sampling sampling) {
    if (max == min) {
      return 0.5;
    }
    return switch (sampling) {
      case LINEAR -> (value - min) / (max - min);
      case LOG -> StrictMath.log(value / min) / StrictMath.log(max / min);
      case REVERSE_LOG -> 1 - StrictMath.log((max + min - value) / min) / StrictMath.log(max / min);
    };
  }

  /**
   * Checks the arguments of a range.
   *
   * @throws IllegalArgumentException if the ends, the step and the sampling do not fit together
   */
  static void check(String name, Number min, Number max, Number step, Sampling sampling) {
    double from = min.doubleValue();
    double to = max.doubleValue();
    String problem = null;
    boolean linear = sampling == Sampling.LINEAR;
    if (!Double.isFinite(from) || !Double.isFinite(to) || from > to) {
      problem = "The minimum of a range must be finite and at most its finite maximum";
    } else if (!linear && from <= 0) {
      problem = "The minimum of a logarithmic range must be greater than 0";
    } else if (step != null && !(step.doubleValue() > (linear ? 0 : 1))) {
      problem =
          linear
              ? "The step of a range must be greater than 0"
              : "The step of a logarithmic range is a ratio and must be greater than 1";
    } else if (step != null && linear && (to - from) / step.doubleValue() > Integer.MAX_VALUE - 2) {
      problem = "A range must have fewer than 2^31 steps";
    }
    if (problem != null) {
      throw new IllegalArgumentException(
          problem
              + ". Received: '"
              + name
              + "' "
              + describe("", min, max, step, sampling).strip()
              + ".");
    }
  }

  /** Returns the range as text. */
  static String describe(String kind, Number min, Number max, Number step, Sampling sampling) {
    return kind
        + " "
        + min
        + " … "
        + max
        + (step == null ? "" : ", step " + step)
        + switch (sampling) {
          case LINEAR -> "";
          case LOG -> ", log";
          case REVERSE_LOG -> ", reverse log";
        };
  }
}
