package org.unroll.tuning;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.network.Weight;

/** Keeps the logs and the weights of the epoch in which the objective was best. */
final class BestEpoch extends Callback {
  private final Objective objective;
  private double best = Double.NaN;
  private Map<String, Double> bestLogs = Map.of();
  private List<Weight> weights = List.of();
  private float[][] bestWeights;

  BestEpoch(Objective objective) {
    this.objective = objective;
  }

  @Override
  public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
    Double value = logs.get(objective.name());
    if (value == null) {
      throw new IllegalStateException(
          "The objective of the search is '"
              + objective.name()
              + "', which the logs do not have. They have: "
              + String.join(", ", logs.keySet())
              + ". Compile the model with this metric, or search by another objective.");
    }
    if (objective.isBetter(value, best)) {
      best = value;
      bestLogs = new LinkedHashMap<>(logs);
      weights = training.weights();
      if (bestWeights == null) {
        bestWeights = new float[weights.size()][];
      }
      for (int i = 0; i < bestWeights.length; i++) {
        bestWeights[i] = weights.get(i).values().clone();
      }
    }
  }

  /** The best value; NaN where no epoch had one. */
  double best() {
    return best;
  }

  Map<String, Double> logs() {
    return bestLogs;
  }

  /** Gives the model the weights of its best epoch. */
  void restore() {
    for (int i = 0; i < weights.size(); i++) {
      System.arraycopy(bestWeights[i], 0, weights.get(i).values(), 0, bestWeights[i].length);
    }
  }
}
