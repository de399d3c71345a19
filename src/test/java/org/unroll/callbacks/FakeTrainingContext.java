package org.unroll.callbacks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.data.Shape;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;

/** A training run without a model: one weight, and logs that the test provides. */
final class FakeTrainingContext implements TrainingContext {
  final Weight weight = new Weight("kernel", Shape.of(1), new float[1], null);
  final Optimizer optimizer = Optimizers.sgd(0.5);
  int epochs = 20;
  int stepsPerEpoch = 500;
  boolean stopped;
  final List<Path> saved = new ArrayList<>();

  @Override
  public List<Weight> weights() {
    return List.of(weight);
  }

  @Override
  public Optimizer optimizer() {
    return optimizer;
  }

  @Override
  public Map<String, Metric> metrics() {
    return Metrics.byName(List.of(Metrics.of("mae"), Metrics.binaryAccuracy()));
  }

  @Override
  public void stop() {
    stopped = true;
  }

  @Override
  public boolean resumed() {
    return false;
  }

  @Override
  public void save(Path file) {
    saved.add(file);
  }

  @Override
  public int epochs() {
    return epochs;
  }

  @Override
  public int stepsPerEpoch() {
    return stepsPerEpoch;
  }

  /** Returns logs from alternating names and values. */
  static Map<String, Double> logs(Object... namesAndValues) {
    Map<String, Double> logs = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      logs.put((String) namesAndValues[i], ((Number) namesAndValues[i + 1]).doubleValue());
    }
    return logs;
  }
}
