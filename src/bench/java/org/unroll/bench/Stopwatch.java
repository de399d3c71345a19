package org.unroll.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * Times one kind of step over and over, in the steady state: steps are run without being counted
 * for some seconds, and then in groups, so that the clock and a single interruption weigh little.
 *
 * <p>Steps are reported when they have ended; between two reports there must be nothing else.
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
   * A stopwatch that has not started.
   *
   * @param stepsPerReport how many steps a report stands for
   * @param warmUpSeconds the least time before anything counts; never fewer than 20 steps
   * @param seconds about how long to measure then, in 10 groups of at least one report
   */
  Stopwatch(int stepsPerReport, double warmUpSeconds, double seconds) {
    this.stepsPerReport = stepsPerReport;
    this.warmUpSeconds = warmUpSeconds;
    groupSeconds = seconds / GROUPS;
  }

  /** Right before the first step. */
  void start() {
    began = System.nanoTime();
  }

  /**
   * Right after the steps of a report.
   *
   * @return whether there should be more
   */
  boolean stepsEnded() {
    long now = System.nanoTime();
    double seconds = (now - began) * 1e-9;
    steps += stepsPerReport;
    if (!warm) {
      warm = seconds >= warmUpSeconds && steps >= WARM_UP_STEPS;
      if (warm) {
        // The mean of the warm-up overstates a step, so a group gets rather too few of them.
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

  /** By all threads that are alive. */
  private static long allocatedBytes() {
    var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    return Arrays.stream(bean.getThreadAllocatedBytes(bean.getAllThreadIds())).sum();
  }

  private void beginGroup(long now) {
    began = now;
    steps = 0;
  }

  /** The number of steps that were measured. */
  long steps() {
    return measured * stepsInGroup;
  }

  /** Milliseconds for a step: the median of the groups. */
  double medianMillis() {
    double[] sorted = sorted();
    return 1e3 * (sorted[GROUPS / 2 - 1] + sorted[GROUPS / 2]) / 2;
  }

  /** Milliseconds for a step: the best group. */
  double minMillis() {
    return 1e3 * sorted()[0];
  }

  /** Bytes of objects that a step makes. */
  long bytesPerStep() {
    return bytesPerStep;
  }

  private double[] sorted() {
    if (measured < GROUPS) {
      throw new IllegalStateException("Still measuring: " + measured + " of " + GROUPS + " groups");
    }
    double[] sorted = groups.clone();
    Arrays.sort(sorted);
    return sorted;
  }
}
