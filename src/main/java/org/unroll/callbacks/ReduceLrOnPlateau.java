package org.unroll.callbacks;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;

/**
 * Multiplies the learning rate by a factor when a value no longer improves, and adds the rate of
 * the epoch to the logs as {@code learning_rate}. The learning rate must not follow a schedule.
 *
 * <p>Defaults, as in Keras: factor 0.1, patience 10, minDelta 0.0001, mode auto, cooldown 0, minLr
 * 0.
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
  protected ReduceLrOnPlateau self() {
    return this;
  }

  /** Returns the factor by which the learning rate is multiplied. */
  public double factor() {
    return factor;
  }

  /**
   * Sets the factor by which the learning rate is multiplied.
   *
   * @param value at least 0 and less than 1
   * @throws IllegalArgumentException if {@code value} is out of range
   */
  public ReduceLrOnPlateau factor(double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "factor of ReduceLrOnPlateau must be at least 0 and less than 1, but was " + value + ".");
    }
    factor = value;
    return this;
  }

  /** Returns the number of epochs without improvement after which the rate is reduced. */
  public int patience() {
    return patience;
  }

  /**
   * Sets the number of epochs without improvement after which the rate is reduced.
   *
   * @param epochs at least 0
   * @throws IllegalArgumentException if {@code epochs} is negative
   */
  public ReduceLrOnPlateau patience(int epochs) {
    patience = checkedEpochs("patience", epochs);
    return this;
  }

  /** Returns the number of epochs after a reduction that are not counted. */
  public int cooldown() {
    return cooldown;
  }

  /**
   * Sets the number of epochs after a reduction that are not counted.
   *
   * @param epochs at least 0
   * @throws IllegalArgumentException if {@code epochs} is negative
   */
  public ReduceLrOnPlateau cooldown(int epochs) {
    cooldown = checkedEpochs("cooldown", epochs);
    return this;
  }

  /** Returns the lowest learning rate. */
  public double minLr() {
    return minLr;
  }

  /**
   * Sets the lowest learning rate.
   *
   * @param rate finite and at least 0
   * @throws IllegalArgumentException if {@code rate} is negative, infinite or NaN
   */
  public ReduceLrOnPlateau minLr(double rate) {
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw new IllegalArgumentException(
          "minLr of ReduceLrOnPlateau must be finite and at least 0, but was " + rate + ".");
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
}
