package org.unroll.internal;

/**
 * Handles a second failure without losing the first one.
 *
 * @hidden
 */
public final class Failures {
  private Failures() {}

  /** Loads this class. When it is needed, the heap may be too full for that. */
  public static void load() {}

  /**
   * Adds a later failure to the first one. Unlike {@link Throwable#addSuppressed}, this method
   * never throws, even if both are the same object or the heap is full.
   *
   * @param first the first failure, may be null
   * @param later the later failure
   * @return the first failure, or {@code later} if {@code first} is null
   */
  public static Throwable suppress(Throwable first, Throwable later) {
    if (first == null) {
      return later;
    }
    if (first != later) {
      try {
        first.addSuppressed(later);
      } catch (OutOfMemoryError | StackOverflowError e) {
        // There is no memory for the later failure, and the first one matters more.
      }
    }
    return first;
  }

  /**
   * Throws a failure as it is. It may be a checked exception, which code in Kotlin or Groovy can
   * throw anywhere.
   *
   * @return nothing; the type is for callers that write {@code throw rethrow(failure)}
   */
  public static RuntimeException rethrow(Throwable failure) {
    throw Failures.<RuntimeException>unchecked(failure);
  }

  @SuppressWarnings("unchecked") // erased, so that nothing is cast
  private static <T extends Throwable> T unchecked(Throwable failure) throws T {
    throw (T) failure;
  }
}
