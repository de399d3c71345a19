package org.unroll.callbacks;

import java.util.Map;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Schedules;

/**
 * Sets the learning rate before every epoch, and adds it to the logs as {@code learning_rate}. For
 * a learning rate that changes with every step, give the optimizer a schedule of {@link Schedules}.
 */
public final class LearningRateScheduler extends Callback {
  /** The learning rate of an epoch. */
  @FunctionalInterface
  public interface Rule {
    /**
     * Returns the learning rate of an epoch.
     *
     * @param epoch the epoch, counted from 0
     * @param learningRate the learning rate before
     */
    double learningRate(int epoch, double learningRate);
  }

  private final Rule rule;

  LearningRateScheduler(Rule rule) {
    this.rule = rule;
  }

  @Override
  public void onEpochBegin(TrainingContext training, int epoch) {
    Optimizer optimizer = training.optimizer();
    optimizer.learningRate(rule.learningRate(epoch, optimizer.learningRate()));
  }

  @Override
  public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
    logs.put("learning_rate", training.optimizer().learningRate());
  }
}
