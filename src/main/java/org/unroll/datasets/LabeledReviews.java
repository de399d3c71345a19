package org.unroll.datasets;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.random.MersenneTwister;

/**
 * Reviews as lists of word numbers with their labels, and the steps of Keras's {@code load_data}:
 * shuffle, number, restrict to the most frequent words.
 *
 * @param reviews the word numbers of each review
 * @param labels 1 for positive, 0 for negative
 */
record LabeledReviews(int[][] reviews, int[] labels) {
  /**
   * Reads reviews and labels from two arrays of an archive.
   *
   * @throws IllegalArgumentException if their lengths differ
   */
  static LabeledReviews read(NumpyArchive archive, String x, String y) throws IOException {
    int[][] reviews = archive.lists(x);
    int[] labels = archive.integers(y);
    if (reviews.length != labels.length) {
      throw new IllegalArgumentException(
          "Every review must have one label, but the file "
              + archive.file()
              + " has "
              + reviews.length
              + " reviews in '"
              + x
              + "' and "
              + labels.length
              + " labels in '"
              + y
              + "'.");
    }
    return new LabeledReviews(reviews, labels);
  }

  /** Returns the reviews in the order of {@code numpy.random.RandomState.shuffle}. */
  LabeledReviews shuffled(MersenneTwister random) {
    int[] order = new int[labels.length];
    Arrays.setAll(order, i -> i);
    for (int i = order.length - 1; i > 0; i--) {
      // Like NumPy's random_interval, draws bits until they are a number from 0 to i.
      int mask = -1 >>> Integer.numberOfLeadingZeros(i);
      int j = random.nextInt() & mask;
      while (j > i) {
        j = random.nextInt() & mask;
      }
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    int[][] newReviews = new int[order.length][];
    int[] newLabels = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      newReviews[i] = reviews[order[i]];
      newLabels[i] = labels[order[i]];
    }
    return new LabeledReviews(newReviews, newLabels);
  }

  /** Adds the start and the offset, and leaves out the reviews that are too long. */
  LabeledReviews numbered(ImdbSettings settings) {
    List<int[]> newReviews = new ArrayList<>();
    List<Integer> newLabels = new ArrayList<>();
    int start = settings.startChar == ImdbSettings.NONE ? 0 : 1;
    for (int i = 0; i < reviews.length; i++) {
      int[] words = reviews[i];
      if (settings.maxlen != ImdbSettings.NONE && words.length + start >= settings.maxlen) {
        continue;
      }
      int[] review = new int[start + words.length];
      for (int t = 0; t < words.length; t++) {
        review[start + t] = words[t] + settings.indexFrom;
      }
      if (start == 1) {
        review[0] = settings.startChar;
      }
      newReviews.add(review);
      newLabels.add(labels[i]);
    }
    if (newReviews.isEmpty()) {
      throw new IllegalArgumentException(
          "maxlen must be greater than the length of at least one review, but was "
              + settings.maxlen
              + ".");
    }
    return new LabeledReviews(
        newReviews.toArray(int[][]::new), newLabels.stream().mapToInt(Integer::intValue).toArray());
  }

  /** Returns the greatest word number; 0 if there is none. */
  int greatest() {
    return Arrays.stream(reviews).flatMapToInt(Arrays::stream).max().orElse(0);
  }

  /** Replaces or removes the words that the settings do not keep. */
  LabeledReviews restricted(int numWords, ImdbSettings settings) {
    int[][] restricted =
        Arrays.stream(reviews)
            .map(review -> restricted(review, numWords, settings))
            .toArray(int[][]::new);
    return new LabeledReviews(restricted, labels);
  }

  private static int[] restricted(int[] review, int numWords, ImdbSettings settings) {
    if (settings.oovChar == ImdbSettings.NONE) {
      return Arrays.stream(review).filter(word -> settings.keeps(word, numWords)).toArray();
    }
    return Arrays.stream(review)
        .map(word -> settings.keeps(word, numWords) ? word : settings.oovChar)
        .toArray();
  }
}
