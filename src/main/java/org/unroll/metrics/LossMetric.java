package org.unroll.metrics;

import org.unroll.losses.Loss;

/**
 * A loss used as a metric: its weighted mean over all positions. Lower values are better.
 *
 * @param name the name in the logs
 * @param loss the loss
 */
public record LossMetric(String name, Loss loss) implements MeanMetric {}
