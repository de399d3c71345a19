package org.unroll.compute;

/** Work that is cut into numbered tasks, none of which waits for another. */
@FunctionalInterface
public interface SliceTask {
  /**
   * Does one task.
   *
   * @param task its number, from 0
   * @param worker the number of the worker that does it, from 0 (the caller) to the number of
   *     threads less one: the index of buffers that no other task uses at the same time
   */
  void run(int task, int worker);
}
