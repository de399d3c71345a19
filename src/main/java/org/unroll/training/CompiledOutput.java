package org.unroll.training;

import java.util.Map;
import org.unroll.losses.Loss;
import org.unroll.metrics.Metric;

/**
 * What one output of a network is compiled with.
 *
 * @param loss the loss
 * @param lossName the name of the loss in the logs; null if it is not logged by itself because
 *     there is one output
 * @param lossWeight the factor of the loss in the sum of the losses
 * @param metrics the resolved metrics by their names in the logs
 * @hidden
 */
public record CompiledOutput(
    Loss loss, String lossName, double lossWeight, Map<String, Metric> metrics) {}
