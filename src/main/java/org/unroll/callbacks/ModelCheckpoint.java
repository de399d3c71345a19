package org.unroll.callbacks;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Saves the model while it is trained: after every epoch, or where it is better than before.
 *
 * <p>The file is a whole model with the state of the optimizer, as {@code model.save} writes it. It
 * is written beside its place and moved there, so a checkpoint is never half written, and the one
 * before it not lost, whatever happens in between.
 *
 * <p>The file's name may have fields in the way of Python's {@code str.format}, {@code epoch}
 * (counted from 1), {@code batch} (with {@link #saveFreq}) and the names of the logs: {@code
 * "{epoch:02d}-{val_loss:.2f}.keras"}. Folders that are missing are made.
 *
 * <p>Defaults, those of Keras: monitor {@code val_loss}, saveBestOnly false, mode auto, after every
 * epoch, no initialValueThreshold. There is no {@code save_weights_only}: a model is saved whole.
 */
public final class ModelCheckpoint extends MonitorCallback<ModelCheckpoint> {
  private final Path file;
  private final FileTemplate template;
  private final SaveFrequency frequency = new SaveFrequency();
  private boolean saveBestOnly;
  private Double initialValueThreshold;

  private int epoch;
  private double best; // NaN: none yet

  ModelCheckpoint(Path file, String monitor) {
    super(monitor, 0);
    this.file = file;
    if (!file.toString().endsWith(".keras")) {
      throw new IllegalArgumentException(
          "A checkpoint is a model, whose file's name ends in .keras. Received: " + file);
    }
    template = new FileTemplate(file.toString());
    forget();
  }

  @Override
  ModelCheckpoint self() {
    return this;
  }

  /** The file, with the fields in its name. */
  public Path file() {
    return file;
  }

  /** Whether only a model that is better than all before is saved. */
  public boolean saveBestOnly() {
    return saveBestOnly;
  }

  /** Chooses whether only a model that is better than all before is saved. */
  public ModelCheckpoint saveBestOnly(boolean only) {
    saveBestOnly = only;
    return this;
  }

  /** The number of batches after which the model is saved; null: after every epoch. */
  public Integer saveFreq() {
    return frequency.batches();
  }

  /**
   * Saves each time this many batches were trained instead of after every epoch. The logs are then
   * those of the epoch so far, without validation.
   *
   * @param batches at least 1
   */
  public ModelCheckpoint saveFreq(int batches) {
    frequency.batches(batches);
    return this;
  }

  /** The value that the first model saved has to be better than, or null. */
  public Double initialValueThreshold() {
    return initialValueThreshold;
  }

  /** Sets the value that the first model saved has to be better than, for saveBestOnly. */
  public ModelCheckpoint initialValueThreshold(double value) {
    initialValueThreshold = value;
    forget();
    return this;
  }

  /** The best value so far; the threshold, or NaN without one, before there is any. */
  public double best() {
    return best;
  }

  @Override
  public void onTrainBegin(TrainingContext training) {
    forget();
  }

  @Override
  public void onEpochBegin(TrainingContext training, int newEpoch) {
    epoch = newEpoch;
  }

  @Override
  public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
    if (frequency.isDueAfterBatch()) {
      save(training, batch + 1, logs);
    }
  }

  @Override
  public void onEpochEnd(TrainingContext training, int endedEpoch, Map<String, Double> logs) {
    if (frequency.isDueAfterEpoch()) {
      save(training, null, logs);
    }
  }

  private void save(TrainingContext training, Integer batch, Map<String, Double> logs) {
    if (saveBestOnly) {
      double value = monitored(logs);
      if (!improves(training, value, best)) {
        return;
      }
      best = value;
    }
    Path target = Path.of(template.format(epoch + 1, batch, logs));
    try {
      Files.createDirectories(target.toAbsolutePath().getParent());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The folder of the checkpoint " + target + " cannot be made: " + e.getMessage(), e);
    }
    training.save(target);
  }

  @Override
  public void writeState(DataOutput out) throws IOException {
    out.writeDouble(best);
    out.writeInt(frequency.seen());
  }

  @Override
  public void readState(DataInput in) throws IOException {
    best = in.readDouble();
    frequency.seen(in.readInt());
  }

  private void forget() {
    best = initialValueThreshold == null ? Double.NaN : initialValueThreshold;
    frequency.begin();
  }
}
