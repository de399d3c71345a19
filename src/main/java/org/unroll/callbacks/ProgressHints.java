package org.unroll.callbacks;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Prints hints about probable mistakes to standard output, one line each. A hint is printed once
 * per JVM. The system property {@code unroll.hints=false} or the environment variable {@code
 * UNROLL_HINTS=0} turns all hints off.
 *
 * @hidden
 */
public final class ProgressHints {
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  private ProgressHints() {}

  /** Returns whether hints are printed in this JVM. */
  public static boolean isOn() {
    return !"false".equals(System.getProperty("unroll.hints"))
        && !"0".equals(System.getenv("UNROLL_HINTS"));
  }

  /** Prints a hint unless it was printed before. */
  public static void say(String hint) {
    say(hint, hint);
  }

  /**
   * Prints a hint unless another one of the same kind was printed before.
   *
   * @param kind identifies hints that differ only in their numbers
   */
  public static void say(String kind, String hint) {
    if (isOn() && SAID.add(kind)) {
      System.out.println("Hint: " + hint);
    }
  }

  /** Forgets which hints were printed. */
  static void forget() {
    SAID.clear();
  }
}
