package org.unroll.training;

import java.util.List;
import java.util.function.Consumer;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.CallbackFailure;
import org.unroll.internal.Failures;

/**
 * Calls a method of all callbacks in their order. An exception ends the calls; a note in it names
 * the callback and the method.
 */
record Hooks(List<Callback> callbacks) {
  /** Returns whether there is no callback, so that nothing needs to be prepared for one. */
  boolean isEmpty() {
    return callbacks.isEmpty();
  }

  /**
   * Calls a method of all callbacks.
   *
   * @param name the name of the method
   */
  void call(String name, Consumer<Callback> method) {
    for (int i = 0; i < callbacks.size(); i++) {
      call(i, name, method);
    }
  }

  /** Calls a method of one callback. */
  void call(int index, String name, Consumer<Callback> method) {
    Callback callback = callbacks.get(index);
    try {
      method.accept(callback);
    } catch (Throwable e) {
      throw Failures.rethrow(CallbackFailure.note(e, callback, name));
    }
  }
}
