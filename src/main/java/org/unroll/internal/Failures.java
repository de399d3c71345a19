package org.unroll.internal;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/**
 * Passes failures on: a second one without losing the first one, and with a reason that can be
 * read.
 *
 * @hidden
 */
public final class Failures {
  /** Takes more stack than the bookkeeping before and after a user's code. */
  private static final int RESERVED_CALLS = 64;

  private Failures() {}

  /** Loads this class. When it is needed, the heap may be too full for that. */
  public static void load() {}

  /**
   * Throws a StackOverflowError if there is little stack left. Called before bookkeeping, it
   * prevents such an error between two steps of it, after which a lock would be held for ever.
   */
  public static void reserveStack() {
    reserveStack(RESERVED_CALLS);
  }

  private static int reserveStack(int calls) {
    return calls == 0 ? 0 : 1 + reserveStack(calls - 1);
  }

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
    Failures.<RuntimeException>throwUnchecked(failure);
    throw new AssertionError("not reached", failure);
  }

  /**
   * Returns why a file cannot be read or written, for the message of an exception. The messages of
   * some exceptions are only the name of the file or the server, and that of a full disk may be the
   * message of a cause.
   */
  public static String reason(IOException failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String message = String.valueOf(root.getMessage());
    if (message.matches(".*(No space left|not enough space|Disk quota exceeded).*")) {
      return "there is not enough space ("
          + message
          + "). Free some space or choose another folder";
    }
    if (failure instanceof UnknownHostException) {
      return "the server " + failure.getMessage() + " cannot be found";
    }
    if (!(failure instanceof FileSystemException problem) || problem.getReason() != null) {
      return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }
    String file = problem.getFile();
    if (problem instanceof NoSuchFileException) {
      return file + " does not exist";
    }
    if (problem instanceof AccessDeniedException) {
      return "access to " + file + " is denied";
    }
    if (problem instanceof FileAlreadyExistsException) {
      return file + " already exists and is not a folder";
    }
    if (problem instanceof DirectoryNotEmptyException) {
      return file + " is a folder that is not empty";
    }
    return problem.toString();
  }

  @SuppressWarnings("unchecked") // erased, so that nothing is cast
  private static <T extends Throwable> void throwUnchecked(Throwable failure) throws T {
    throw (T) failure;
  }
}
