package org.unroll.tuning;

import java.util.List;
import java.util.Map;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;

/** Records one value of the logs after each epoch. */
final class LogOf extends Callback {
  private final String name;
  private final List<Double> values;

  LogOf(String name, List<Double> values) {
    this.name = name;
    this.values = values;
  }

  @Override
  public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
    values.add(logs.get(name));
  }
}
