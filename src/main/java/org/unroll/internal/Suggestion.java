package org.unroll.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** Suggests the known name that is most similar to an unknown one, for error messages. */
public final class Suggestion {
  private Suggestion() {}

  /**
   * Returns {@code " Did you mean 'mse'?"}, or an empty text if no known name is similar. Names are
   * similar if at most a third of the characters, and at least one of two or more, must be
   * inserted, deleted, replaced or swapped with its neighbor. Upper and lower case do not matter.
   */
  public static String of(String name, Collection<String> known) {
    String wanted = normalized(name);
    return known.stream()
        .min(Comparator.comparingInt(candidate -> distance(wanted, normalized(candidate))))
        .filter(best -> distance(wanted, normalized(best)) <= mostEdits(wanted.length()))
        .map(best -> " Did you mean '" + best + "'?")
        .orElse("");
  }

  /**
   * Returns the message for an unknown name, such as {@code The name of the layer must be one of
   * [lstm, dense], but was 'lsmt'. Did you mean 'lstm'?}
   *
   * @param what the kind of the name
   */
  public static String unknown(String what, String name, Collection<String> known) {
    return "The name of the "
        + what
        + " must be one of "
        + known
        + ", but was '"
        + name
        + "'."
        + of(name, known);
  }

  private static int mostEdits(int length) {
    return length < 2 ? 0 : Math.max(1, length / 3);
  }

  private static String normalized(String name) {
    return name.strip().toLowerCase(Locale.ROOT);
  }

  /** Returns the Damerau–Levenshtein distance, in which no part of a text is edited twice. */
  static int distance(String a, String b) {
    var table = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          table[i][j] = i + j;
          continue;
        }
        int replaced = table[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        table[i][j] = Math.min(replaced, Math.min(table[i - 1][j], table[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          table[i][j] = Math.min(table[i][j], table[i - 2][j - 2] + 1);
        }
      }
    }
    return table[a.length()][b.length()];
  }
}
