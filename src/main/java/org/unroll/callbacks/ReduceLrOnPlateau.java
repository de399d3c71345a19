package org.unroll.callbacks;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;

/**
 * Multiplies the learning rate by a factor when a value has stopped improving, and adds {@code
 * learning_rate}, the rate of the epoch, to the logs.
 *
 * <p>Defaults, those of Keras: monitor {@code val_loss}, factor 0.1, patience 10, minDelta 0.0001,
 * mode auto, cooldown 0, minLr 0. The optimizer's learning rate must not follow a schedule.
 */
public final class ReduceLrOnPlateau extends MonitorCallback<ReduceLrOnPlateau> {
  private double factor = 0.1;
  private int patience = 10;
  private int cooldown;
  private double minLr;

  private int wait;
  private int coolingDown;
  private double best = Double.NaN; // none yet

  ReduceLrOnPlateau(String monitor) {
    super(monitor, 1e-4);
  }

  @Override
  ReduceLrOnPlateau self() {
    return this;
  }

  /** What the learning rate is multiplied by. */
  public double factor() {
    return factor;
  }

  /** Sets what the learning rate is multiplied by, at least 0 and below 1. */
  public ReduceLrOnPlateau factor(double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "The factor of ReduceLrOnPlateau is at least 0 and below 1. Received: " + value);
    }
    factor = value;
    return this;
  }

  /** The number of epochs without improvement after which the rate is reduced. */
  public int patience() {
    return patience;
  }

  /** Sets the number of epochs without improvement after which the rate is reduced, at least 0. */
  public ReduceLrOnPlateau patience(int epochs) {
    patience = checkedEpochs("patience", epochs);
    return this;
  }

  /** The number of epochs after a reduction in which nothing is counted. */
  public int cooldown() {
    return cooldown;
  }

  /** Sets the number of epochs after a reduction in which nothing is counted, at least 0. */
  public ReduceLrOnPlateau cooldown(int epochs) {
    cooldown = checkedEpochs("cooldown", epochs);
    return this;
  }

  /** The lowest learning rate. */
  public double minLr() {
    return minLr;
  }

  /** Sets the lowest learning rate, at least 0. */
  public ReduceLrOnPlateau minLr(double rate) {
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException(
          "'minLr' of ReduceLrOnPlateau is finite and at least 0. Received: " + rate);
    }
    minLr = rate;
    return this;
  }

  @Override
  public void onTrainBegin(TrainingContext training) {
    wait = 0;
    coolingDown = 0;
    best = Double.NaN;
  }

  @Override
  public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
    double rate = training.optimizer().learningRate();
    logs.put("learning_rate", rate);
    double value = monitored(logs);
    if (coolingDown > 0) {
      coolingDown--;
      wait = 0;
    }
    if (improves(training, value, best)) {
      best = value;
      wait = 0;
    } else if (coolingDown == 0) {
      wait++;
      if (wait >= patience && rate > minLr) {
        training.optimizer().learningRate(Math.max(rate * factor, minLr));
        coolingDown = cooldown;
        wait = 0;
      }
    }
  }

  @Override
  public void writeState(DataOutput out) throws IOException {
    out.writeInt(wait);
    out.writeInt(coolingDown);
    out.writeDouble(best);
  }

  @Override
  public void readState(DataInput in) throws IOException {
    wait = in.readInt();
    coolingDown = in.readInt();
    best = in.readDouble();
  }

  private static int checkedEpochs(String option, int epochs) {
    if (epochs < 0) {
      throw new IllegalArgumentException(
          "'" + option + "' of ReduceLrOnPlateau is at least 0. Received: " + epochs);
    }
    return epochs;
  }
}
