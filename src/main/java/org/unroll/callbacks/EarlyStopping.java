package org.unroll.callbacks;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.unroll.internal.FloatArrays;
import org.unroll.network.Weight;

/**
 * Stops training when a value no longer improves.
 *
 * <p>Defaults, as in Keras: minDelta 0, mode auto, no baseline, restoreBestWeights false,
 * startFromEpoch 0.
 *
 * <p>With {@code restoreBestWeights} the model has the weights of its best epoch after training,
 * regardless of whether training has finished, was stopped, was interrupted or has failed. (In
 * Keras, an interrupt leaves the last weights.) If no epoch was completed, the weights are not
 * changed.
 *
 * <p>With a {@code baseline} an epoch resets the patience only if it is also better than the
 * baseline. As in Keras, an epoch that is better than all before it never stops training.
 */
public final class EarlyStopping extends MonitorCallback<EarlyStopping> {
  private int patience;
  private Double baseline;
  private boolean restoreBestWeights;
  private int startFromEpoch;

  private int wait;
  private double best; // NaN: none yet
  private int bestEpoch;
  private int stoppedEpoch;
  private float[][] bestWeights;

  EarlyStopping(String monitor, int patience) {
    super(monitor, 0);
    patience(patience);
    reset();
  }

  @Override
  protected EarlyStopping self() {
    return this;
  }

  /** Returns the number of epochs without improvement after which training stops. */
  public int patience() {
    return patience;
  }

  /**
   * Sets the number of epochs without improvement after which training stops.
   *
   * @param epochs at least 0
   * @throws IllegalArgumentException if {@code epochs} is negative
   */
  public EarlyStopping patience(int epochs) {
    patience = checkedEpochs("patience", epochs);
    return this;
  }

  /** Returns the baseline, or null if there is none. */
  public Double baseline() {
    return baseline;
  }

  /** Sets the value that an epoch must improve on to reset the patience. */
  public EarlyStopping baseline(double value) {
    baseline = value;
    return this;
  }

  /** Returns whether the weights of the best epoch are restored. */
  public boolean restoreBestWeights() {
    return restoreBestWeights;
  }

  /** Sets whether the weights of the best epoch are restored after training; false by default. */
  public EarlyStopping restoreBestWeights(boolean restore) {
    restoreBestWeights = restore;
    return this;
  }

  /** Returns the first epoch that is monitored, counted from 0. */
  public int startFromEpoch() {
    return startFromEpoch;
  }

  /**
   * Sets the first epoch that is monitored.
   *
   * @param epoch counted from 0
   * @throws IllegalArgumentException if {@code epoch} is negative
   */
  public EarlyStopping startFromEpoch(int epoch) {
    startFromEpoch = checkedEpochs("startFromEpoch", epoch);
    return this;
  }

  /** Returns the best epoch of the last training run, counted from 0, or −1 if there is none. */
  public int bestEpoch() {
    return bestEpoch;
  }

  /**
   * Returns the epoch after which this callback stopped the last training run, counted from 0, or
   * −1 if it did not stop it.
   */
  public int stoppedEpoch() {
    return stoppedEpoch;
  }

  @Override
  public void onTrainBegin(TrainingContext training) {
    reset();
  }

  @Override
  public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
    double value = monitored(logs);
    if (epoch < startFromEpoch) {
      return;
    }
    if (restoreBestWeights && bestWeights == null) {
      keepWeights(training.weights());
    }
    wait++;
    if (improves(training, value, best)) {
      best = value;
      bestEpoch = epoch;
      if (restoreBestWeights) {
        keepWeights(training.weights());
      }
      if (baseline == null || improves(training, value, baseline)) {
        wait = 0;
      }
    } else if (wait >= patience && epoch > 0) {
      stoppedEpoch = epoch;
      training.stop();
    }
  }

  @Override
  public void onTrainEnd(TrainingContext training) {
    if (bestWeights == null) {
      return;
    }
    List<Weight> weights = training.weights();
    for (int i = 0; i < bestWeights.length; i++) {
      System.arraycopy(bestWeights[i], 0, weights.get(i).values(), 0, bestWeights[i].length);
    }
    bestWeights = null;
  }

  @Override
  public void writeState(DataOutput out) throws IOException {
    out.writeInt(wait);
    out.writeDouble(best);
    out.writeInt(bestEpoch);
    out.writeInt(stoppedEpoch);
    out.writeInt(bestWeights == null ? 0 : bestWeights.length);
    for (int i = 0; bestWeights != null && i < bestWeights.length; i++) {
      out.writeInt(bestWeights[i].length);
      FloatArrays.write(out, bestWeights[i]);
    }
  }

  @Override
  public void readState(DataInput in) throws IOException {
    wait = in.readInt();
    best = in.readDouble();
    bestEpoch = in.readInt();
    stoppedEpoch = in.readInt();
    int count = in.readInt();
    bestWeights = count == 0 ? null : new float[count][];
    for (int i = 0; i < count; i++) {
      bestWeights[i] = new float[in.readInt()];
      FloatArrays.read(in, bestWeights[i]);
    }
  }

  private void keepWeights(List<Weight> weights) {
    if (bestWeights == null) {
      bestWeights = new float[weights.size()][];
      for (int i = 0; i < bestWeights.length; i++) {
        bestWeights[i] = new float[weights.get(i).size()];
      }
    }
    for (int i = 0; i < bestWeights.length; i++) {
      System.arraycopy(weights.get(i).values(), 0, bestWeights[i], 0, bestWeights[i].length);
    }
  }

  private void reset() {
    wait = 0;
    best = Double.NaN;
    bestEpoch = -1;
    stoppedEpoch = -1;
    bestWeights = null;
  }
}
