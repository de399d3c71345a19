package org.unroll.network;

import java.util.function.Supplier;
import org.unroll.internal.Failures;

/**
 * Which calls use a network at the moment. Any number of threads may read it at the same time, for
 * example to predict. A call that changes the weights or the kept states must be the only one.
 *
 * <p>The thread of such a call may make further calls, for example predict in a callback of fit.
 *
 * @hidden
 */
public final class ModelUse {
  /** What a call does to a network. */
  public enum Effect {
    /** Reads the weights. */
    READS,
    /** Reads the weights and changes the states that stateful layers keep. */
    CHANGES_STATES,
    /** Changes the weights. */
    CHANGES_WEIGHTS
  }

  private Thread owner; // the thread of the call that must be the only one, or null
  private int depth; // the number of calls of the owner
  private int readers; // the number of other calls
  private Thread thread; // of the call that began last, or null if it has ended
  private String call; // that began last

  ModelUse() {}

  /**
   * Makes a call.
   *
   * @param newCall the name of the method, for the message of an exception
   * @throws IllegalStateException if a call of another thread does not permit this one, or if the
   *     weights would change during a call of this thread
   */
  public <T> T during(String newCall, Effect effect, Supplier<T> body) {
    begin(newCall, effect);
    try {
      return body.get();
    } finally {
      end();
    }
  }

  /** Makes a call like {@link #during} that returns nothing. */
  public void run(String newCall, Effect effect, Runnable body) {
    begin(newCall, effect);
    try {
      body.run();
    } finally {
      end();
    }
  }

  private void begin(String newCall, Effect effect) {
    Failures.reserveStack();
    enter(newCall, effect);
  }

  private synchronized void enter(String newCall, Effect effect) {
    Thread current = Thread.currentThread();
    if (owner == current) {
      if (effect == Effect.CHANGES_WEIGHTS) {
        throw new IllegalStateException(
            newCall
                + " must not be called while the same thread runs "
                + call
                + " of this model, for example in a callback. Call it after "
                + call
                + " has returned, or use another model.");
      }
      depth++;
      return;
    }
    if (owner != null || (readers > 0 && effect != Effect.READS)) {
      throw new IllegalStateException(
          newCall
              + (owner == null
                  ? " must be the only call that uses the model, but "
                  : " must not be called while another call changes the model, but ")
              + (thread == null ? "one" : call)
              + " is running in "
              + (thread == null ? "another thread" : "thread '" + thread.getName() + "'")
              + ". Wait until it has returned, or use a second model, for example"
              + " Sequential.load of a saved one.");
    }
    if (effect == Effect.READS) {
      readers++;
    } else {
      owner = current;
      depth = 1;
    }
    thread = current;
    call = newCall;
  }

  private synchronized void end() {
    if (owner != Thread.currentThread()) {
      readers--;
    } else if (--depth == 0) {
      owner = null;
    }
    if (owner == null && thread == Thread.currentThread()) {
      thread = null;
    }
  }
}
