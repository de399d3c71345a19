package org.unroll.tuning;

import java.util.List;
import org.unroll.data.Dataset;

/**
 * Data to train on and data to score on.
 *
 * @param <D> the kind of data
 */
public record Fold<D extends Dataset>(D train, D validation) {
  static <F extends Fold<?>> List<F> requireSome(List<F> folds) {
    if (folds.isEmpty()) {
      throw new IllegalArgumentException("A trial needs at least one fold. Received: none.");
    }
    return folds;
  }
}
