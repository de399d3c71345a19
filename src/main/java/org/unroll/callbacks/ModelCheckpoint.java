package org.unroll.callbacks;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.unroll.internal.AtomicFile;
import org.unroll.internal.Failures;

/**
 * Saves the model during training, after every epoch or when a value has improved.
 *
 * <p>The file contains the model and the state of the optimizer, as {@code model.save} writes it.
 * It is written under a temporary name and then moved, so a checkpoint is never half written and
 * the previous one is not lost.
 *
 * <p>The name of the file may contain fields like those of Python's {@code str.format}: {@code
 * epoch} (counted from 1), {@code batch} (with {@link #saveFreq}) and the names of the logs, for
 * example {@code "{epoch:02d}-{val_loss:.2f}.keras"}. Missing folders are created.
 *
 * <p>Defaults, as in Keras: monitor {@code val_loss}, saveBestOnly false, mode auto, after every
 * epoch, no initialValueThreshold. There is no {@code save_weights_only}; the whole model is saved.
 */
public final class ModelCheckpoint extends MonitorCallback<ModelCheckpoint> {
  private final Path file;
  private final FileTemplate template;
  private Integer saveFreq; // null: after every epoch
  private boolean saveBestOnly;
  private Double initialValueThreshold;

  private int epoch;
  private int batchesSinceSave;
  private double best; // NaN: none yet

  ModelCheckpoint(Path file, String monitor) {
    super(monitor, 0);
    this.file = file;
    if (!file.toString().endsWith(".keras")) {
      throw new IllegalArgumentException(
          "The name of a checkpoint must end in .keras, but was " + file);
    }
    template = new FileTemplate(file.toString());
    reset();
  }

  @Override
  protected ModelCheckpoint self() {
    return this;
  }

  /** Returns the file, with the fields in its name. */
  public Path file() {
    return file;
  }

  /** Returns whether the model is saved only if it is better than all models before. */
  public boolean saveBestOnly() {
    return saveBestOnly;
  }

  /**
   * Sets whether the model is saved only if it is better than all models before; false by default.
   */
  public ModelCheckpoint saveBestOnly(boolean only) {
    saveBestOnly = only;
    return this;
  }

  /** Returns the number of batches between checkpoints, or null for one after every epoch. */
  public Integer saveFreq() {
    return saveFreq;
  }

  /**
   * Sets the number of batches between checkpoints, instead of one after every epoch. The logs are
   * then those of the epoch so far, without validation.
   *
   * @param batches at least 1
   * @throws IllegalArgumentException if {@code batches} is less than 1
   */
  public ModelCheckpoint saveFreq(int batches) {
    saveFreq = Callbacks.checkedSaveFreq(batches);
    return this;
  }

  /** Returns the value that the first saved model must improve on, or null if there is none. */
  public Double initialValueThreshold() {
    return initialValueThreshold;
  }

  /** Sets the value that the first saved model must improve on, with {@code saveBestOnly}. */
  public ModelCheckpoint initialValueThreshold(double value) {
    initialValueThreshold = value;
    reset();
    return this;
  }

  /** Returns the best value so far; before the first one the threshold, or NaN if there is none. */
  public double best() {
    return best;
  }

  @Override
  void requireIn(Set<String> logs) {
    Set<String> available = new LinkedHashSet<>(logs);
    if (saveFreq != null) {
      available.removeIf(name -> name.startsWith("val_") || name.equals("learning_rate"));
    }
    if (saveBestOnly) {
      super.requireIn(available);
    }
    template.requireFields(saveFreq != null, available);
  }

  @Override
  public void onTrainBegin(TrainingContext training) {
    reset();
  }

  @Override
  public void onEpochBegin(TrainingContext training, int newEpoch) {
    epoch = newEpoch;
  }

  @Override
  public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
    if (saveFreq == null) {
      return;
    }
    batchesSinceSave++;
    if (batchesSinceSave >= saveFreq) {
      batchesSinceSave = 0;
      save(training, batch + 1, logs);
    }
  }

  @Override
  public void onEpochEnd(TrainingContext training, int endedEpoch, Map<String, Double> logs) {
    if (saveFreq == null) {
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
    Path folder = target.toAbsolutePath().getParent();
    try {
      AtomicFile.createFolder(folder);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The folder of the checkpoint " + target + " cannot be created: " + Failures.reason(e),
          e);
    }
    training.save(target);
  }

  @Override
  public void writeState(DataOutput out) throws IOException {
    out.writeDouble(best);
    out.writeInt(batchesSinceSave);
  }

  @Override
  public void readState(DataInput in) throws IOException {
    best = in.readDouble();
    batchesSinceSave = in.readInt();
  }

  private void reset() {
    best = initialValueThreshold == null ? Double.NaN : initialValueThreshold;
    batchesSinceSave = 0;
  }
}
