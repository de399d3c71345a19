package org.unroll.callbacks;

/**
 * A note on an exception that a callback has thrown: the callback and its method. The exception
 * itself ends {@code fit}, {@code evaluate} or {@code predict}, and the note is {@linkplain
 * Throwable#getSuppressed suppressed} in it, so that a stack trace shows both.
 */
public final class CallbackFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private CallbackFailure(String message) {
    super(message, null, false, false);
  }

  /**
   * Adds a note to an exception. If there is no memory for it, the exception stays as it is.
   *
   * @param failure the exception
   * @param callback the callback that has thrown it
   * @param method the name of the method of the callback
   * @return the exception
   * @hidden
   */
  public static Throwable note(Throwable failure, Callback callback, String method) {
    try {
      String name = callback.getClass().getName();
      String simple = name.substring(name.lastIndexOf('.') + 1);
      failure.addSuppressed(
          new CallbackFailure("The callback " + simple + " failed in " + method + "."));
    } catch (OutOfMemoryError | StackOverflowError e) {
      // The exception matters more than the note.
    }
    return failure;
  }
}
