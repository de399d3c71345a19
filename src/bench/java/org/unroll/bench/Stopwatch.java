package org.unroll.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * Measures the time of a repeated step in the steady state. After some seconds of warm-up, steps are
 * measured in groups, so that the resolution of the clock and single interruptions matter little.
 *
 * <p>Call {@link #stepsEnded} after the steps of a report; nothing else may run between two calls.
 */
final class Stopwatch {
  private static final int WARM_UP_STEPS = 20;
  private static final int GROUPS = 10;

  private final int stepsPerReport;
  private final double warmUpSeconds;
  private final double groupSeconds;
  private final double[] groups = new double[GROUPS];
  private int measured;
  private long began;
  private long steps;
  private boolean warm;
  private long stepsInGroup;
  private long allocatedBefore;
  private long bytesPerStep;

  /**
   * Creates a stopwatch that has not started.
   *
   * @param stepsPerReport the number of steps per report
   * @param warmUpSeconds the minimum warm-up time; the warm-up has at least 20 steps
   * @param seconds the approximate measuring time, in 10 groups of at least one report
   */
  Stopwatch(int stepsPerReport, double warmUpSeconds, double seconds) {
    this.stepsPerReport = stepsPerReport;
    this.warmUpSeconds = warmUpSeconds;
    groupSeconds = seconds / GROUPS;
  }

  /** Starts the stopwatch. Call it immediately before the first step. */
  void start() {
    began = System.nanoTime();
  }

  /**
   * Reports completed steps. Call it immediately after them.
   *
   * @return whether more steps are needed
   */
  boolean stepsEnded() {
    long now = System.nanoTime();
    double seconds = (now - began) * 1e-9;
    steps += stepsPerReport;
    if (!warm) {
      warm = seconds >= warmUpSeconds && steps >= WARM_UP_STEPS;
      if (warm) {
        // The mean of the warm-up overestimates the time of a step, so a group may get too few steps.
        long reports = Math.round(groupSeconds * steps / seconds / stepsPerReport);
        stepsInGroup = stepsPerReport * Math.max(1, reports);
        allocatedBefore = allocatedBytes();
        beginGroup(now);
      }
    } else if (steps == stepsInGroup) {
      groups[measured++] = seconds / steps;
      beginGroup(now);
    }
    if (measured < GROUPS) {
      return true;
    }
    bytesPerStep = (allocatedBytes() - allocatedBefore) / steps();
    return false;
  }

  /** Returns the bytes allocated by all live threads. */
  private static long allocatedBytes() {
    var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(bean.getThreadAllocatedBytes(bean.getAllThreadIds())).sum();
  }

  private void beginGroup(long now) {
    began = now;
    steps = 0;
  }

  /** Returns the number of measured steps. */
  long steps() {
    return measured * stepsInGroup;
  }

  /** Returns the milliseconds per step: the median of the groups. */
  double medianMillis() {
    double[] sorted = sorted();
    return 1e3 * (sorted[GROUPS / 2 - 1] + sorted[GROUPS / 2]) / 2;
  }

  /** Returns the milliseconds per step in the fastest group. */
  double minMillis() {
    return 1e3 * sorted()[0];
  }

  /** Returns the bytes that a step allocates. */
  long bytesPerStep() {
    return bytesPerStep;
  }

  private double[] sorted() {
    if (measured < GROUPS) {
      throw new IllegalStateException("All " + GROUPS + " groups must be measured first, but only " + measured + " were");
    }
    double[] sorted = groups.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
