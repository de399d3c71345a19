package org.unroll.tuning;

import org.unroll.data.Dataset;

/**
 * Data to train on and data to score on.
 *
 * @param <D> the kind of data
 */
public record Fold<D extends Dataset>(D train, D validation) {}
