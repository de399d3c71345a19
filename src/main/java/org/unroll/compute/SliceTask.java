package org.unroll.compute;

/**
 * Work that is divided into numbered tasks, none of which waits for another.
 *
 * @hidden
 */
@FunctionalInterface
public interface SliceTask {
  /**
   * Runs one task.
   *
   * @param task the number of the task, from 0
   * @param worker the number of the worker that runs it, from 0 (the caller) to the number of
   *     threads minus 1; it is the index of buffers that no other task uses at the same time
   */
  void run(int task, int worker);
}
