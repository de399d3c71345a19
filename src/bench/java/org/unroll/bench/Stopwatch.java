package org.unroll.bench;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * Measures the time of a repeated step in the steady state. After some seconds of warm-up, steps are
 * measured in groups, so that the resolution of the clock and single interruptions matter little. The
 * percentiles are those of single reports: they show the interruptions.
 *
 * <p>Call {@link #stepsEnded} after the steps of a report; nothing else may run between two calls.
 */
final class Stopwatch {
  private static final int WARM_UP_STEPS = 20;
  private static final int GROUPS = 10;

  /** Reports beyond these are in the groups but not in the percentiles. */
  private static final int LARGEST_REPORTS = 1 << 18;

  private final int stepsPerReport;
  private final double warmUpSeconds;
  private final double groupSeconds;
  private final double[] groups = new double[GROUPS];
  private final long[] reports = new long[LARGEST_REPORTS]; // nanoseconds
  private int measured;
  private int reported;
  private long began;
  private long reportBegan;
  private long steps;
  private long measuredSteps;
  private boolean warm;
  private long allocatedBefore;
  private long bytesPerStep;
  private long processorTimeBefore;
  private double processorMillis;

  /**
   * Creates a stopwatch that has not started.
   *
   * @param stepsPerReport the number of steps per report
   * @param warmUpSeconds the warm-up time; three times as long if it has fewer than 20 steps by then
   * @param seconds the measuring time, in 10 groups of at least one report
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
      warm =
          seconds >= warmUpSeconds
              && (steps >= WARM_UP_STEPS || seconds >= 3 * warmUpSeconds);
      if (warm) {
        allocatedBefore = allocatedBytes();
        processorTimeBefore = processorTime();
        beginGroup(System.nanoTime());
      }
      return true;
    }
    if (reported < LARGEST_REPORTS) {
      reports[reported++] = now - reportBegan;
    }
    reportBegan = now;
    if (seconds >= groupSeconds) {
      groups[measured++] = seconds / steps;
      measuredSteps += steps;
      beginGroup(now);
    }
    if (measured < GROUPS) {
      return true;
    }
    bytesPerStep = (allocatedBytes() - allocatedBefore) / steps();
    processorMillis = 1e-6 * (processorTime() - processorTimeBefore) / steps();
    return false;
  }

  /** Returns the bytes allocated by all live threads. */
  private static long allocatedBytes() {
    var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(bean.getThreadAllocatedBytes(bean.getAllThreadIds())).sum();
  }

  /** Returns the processor time of all threads in nanoseconds. */
  private static long processorTime() {
    var bean = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return bean.getProcessCpuTime();
  }

  private void beginGroup(long now) {
    began = now;
    reportBegan = now;
    steps = 0;
  }

  /** Returns the number of measured steps. */
  long steps() {
    return measuredSteps;
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

  /** Returns the milliseconds per step that a share of the reports does not exceed. */
  double percentileMillis(double share) {
    long[] sorted = Arrays.copyOf(reports, reported);
    Arrays.sort(sorted);
    return 1e-6 * sorted[(int) Math.ceil(share * reported) - 1] / stepsPerReport;
  }

  /** Returns the bytes that a step allocates. */
  long bytesPerStep() {
    return bytesPerStep;
  }

  /**
   * Returns the milliseconds of processor time per step, summed over all threads. Divided by the
   * time of a step, it is the number of cores that the process has got.
   */
  double processorMillis() {
    return processorMillis;
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
