package org.unroll.tuning;

import java.io.Serializable;
import java.util.List;
import org.unroll.data.Dataset;

/**
 * Training data and validation data.
 *
 * @param <D> the type of the data
 * @param train the data to train on
 * @param validation the data to compute the score on
 */
public record Fold<D extends Dataset>(D train, D validation) implements Serializable {
  private static final long serialVersionUID = 1;

  static <F extends Fold<?>> List<F> requireSome(List<F> folds) {
    if (folds.isEmpty()) {
      throw new IllegalArgumentException(
          "A trial must have at least one fold, but the list of folds was empty.");
    }
    return folds;
  }
}
