package org.unroll.datasets;

import java.util.function.Consumer;

/** The arguments of Keras's {@code load_data}, with its defaults. */
final class ImdbSettings {
  /** The value of a setting that is not set. */
  static final int NONE = -1;

  int numWords = NONE;
  int skipTop = 0;
  int maxlen = NONE;
  int seed = 113;
  int startChar = 1;
  int oovChar = 2;
  int indexFrom = 3;

  /** Returns a copy to which a change was applied. */
  ImdbSettings with(Consumer<ImdbSettings> change) {
    var copy = new ImdbSettings();
    copy.numWords = numWords;
    copy.skipTop = skipTop;
    copy.maxlen = maxlen;
    copy.seed = seed;
    copy.startChar = startChar;
    copy.oovChar = oovChar;
    copy.indexFrom = indexFrom;
    change.accept(copy);
    return copy;
  }

  /** Returns whether a word is kept, given the number of words. */
  boolean keeps(int word, int words) {
    return skipTop <= word && word < words;
  }
}
