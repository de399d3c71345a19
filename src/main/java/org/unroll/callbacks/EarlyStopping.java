package org.unroll.callbacks;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.unroll.internal.FloatArrays;
import org.unroll.network.Weight;

/**
 * Ends training when a value has stopped improving.
 *
 * <p>Defaults, those of Keras: monitor {@code val_loss}, patience 0, minDelta 0, mode auto, no
 * baseline, restoreBestWeights false, startFromEpoch 0.
 *
 * <p>With {@code restoreBestWeights} the model has the weights of its best epoch however training
 * ended: stopped by this callback or another one, all epochs done, interrupted or failed. (In Keras
 * an interrupt leaves the last weights.) If not one epoch was completed, the weights stay as they
 * are.
 *
 * <p>With a {@code baseline} an epoch resets the patience only if it is also better than the
 * baseline; as in Keras, an epoch better than all before it never ends training.
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
    forget();
  }

  @Override
  EarlyStopping self() {
    return this;
  }

  /** The number of epochs without improvement after which training ends. */
  public int patience() {
    return patience;
  }

  /** Sets the number of epochs without improvement after which training ends, at least 0. */
  public EarlyStopping patience(int epochs) {
    patience = checkedEpochs("patience", epochs);
    return this;
  }

  /** The value that has to be beaten, or null. */
  public Double baseline() {
    return baseline;
  }

  /** Sets the value that has to be beaten. */
  public EarlyStopping baseline(double value) {
    baseline = value;
    return this;
  }

  /** Whether the model gets the weights of its best epoch. */
  public boolean restoreBestWeights() {
    return restoreBestWeights;
  }

  /** Gives the model the weights of its best epoch when training has ended. */
  public EarlyStopping restoreBestWeights(boolean restore) {
    restoreBestWeights = restore;
    return this;
  }

  /** The first epoch that is looked at, counted from 0. */
  public int startFromEpoch() {
    return startFromEpoch;
  }

  /** Sets the first epoch that is looked at, counted from 0. */
  public EarlyStopping startFromEpoch(int epoch) {
    startFromEpoch = checkedEpochs("startFromEpoch", epoch);
    return this;
  }

  /** The best epoch of the last training, counted from 0; −1 if there is none. */
  public int bestEpoch() {
    return bestEpoch;
  }

  /**
   * The epoch after which this callback ended the last training, counted from 0; −1 if it did not.
   */
  public int stoppedEpoch() {
    return stoppedEpoch;
  }

  @Override
  public void onTrainBegin(TrainingContext training) {
    forget();
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

  private void forget() {
    wait = 0;
    best = Double.NaN;
    bestEpoch = -1;
    stoppedEpoch = -1;
    bestWeights = null;
  }

  private static int checkedEpochs(String option, int epochs) {
    if (epochs < 0) {
      throw new IllegalArgumentException(
          "'" + option + "' of early stopping is at least 0. Received: " + epochs);
    }
    return epochs;
  }
}
