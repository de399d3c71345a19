package org.unroll;

import static org.unroll.callbacks.Callbacks.backupAndRestore;
import static org.unroll.callbacks.Callbacks.csvLogger;
import static org.unroll.callbacks.Callbacks.earlyStopping;
import static org.unroll.callbacks.Callbacks.learningRateScheduler;
import static org.unroll.callbacks.Callbacks.modelCheckpoint;
import static org.unroll.callbacks.Callbacks.reduceLrOnPlateau;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.l2;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.EarlyStopping;
import org.unroll.callbacks.ModelCheckpoint;
import org.unroll.callbacks.ReduceLrOnPlateau;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.internal.AtomicFile;
import org.unroll.losses.Losses;
import org.unroll.metrics.Metric;
import org.unroll.metrics.Metrics;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;
import org.unroll.optimizers.Optimizers;
import org.unroll.training.FitOptions;

/**
 * A training run with everything that a backup must contain, also as a program that can be killed:
 * three kinds of dropout, shuffled samples that the batches do not divide, momenta, a learning rate
 * that three callbacks use, checkpoints, and a log.
 */
final class KilledTraining {
  static final int EPOCHS = 6;
  static final int BATCHES = 5;

  private final Path folder;
  private final EarlyStopping stopping = earlyStopping("val_loss", 4).restoreBestWeights(true);
  private final ReduceLrOnPlateau reducing = reduceLrOnPlateau("val_loss", 0.5, 1).cooldown(1);
  private final ModelCheckpoint best;
  private final ModelCheckpoint last;
  final Sequential model;

  KilledTraining(Path folder) {
    this.folder = folder;
    best =
        modelCheckpoint(folder.resolve("best.keras")).saveBestOnly(true).initialValueThreshold(10);
    last = modelCheckpoint(folder.resolve("last-{epoch}.keras")).saveFreq(9);
    model =
        Sequential.seeded(
            5,
            input(5, 3),
            gru(8).dropout(0.2).recurrentDropout(0.3).returnSequences(true),
            dropout(0.1),
            gru(4),
            dense(1).kernelRegularizer(l2(0.01)));
    model.compile(
        Optimizers.adam(0.05).amsgrad(true).clipnorm(1),
        Losses.mse(),
        new Metric[] {Metrics.of("mae"), Metrics.r2Score()});
  }

  private static Dataset data(int seed, int size) {
    var random = new SplittableRandom(seed);
    double[][][] x = new double[size][5][];
    double[] y = new double[size];
    for (int i = 0; i < size; i++) {
      Arrays.setAll(x[i], t -> random.doubles(3, -1, 1).toArray());
      y[i] = Math.abs(x[i][1][0]) + x[i][4][2];
    }
    return Samples.of(x).targets(y).batchSize(13);
  }

  FitOptions options(Callback... more) {
    FitOptions options =
        epochs(EPOCHS)
            .stepsPerEpoch(BATCHES)
            .validation(data(2, 40))
            .seed(11)
            .threads(1)
            .verbose(0);
    return options
        .callbacks(
            stopping,
            reducing,
            learningRateScheduler((epoch, rate) -> rate * 0.98),
            best,
            last,
            csvLogger(folder.resolve("log.csv")))
        .callbacks(more);
  }

  void fit(FitOptions options) {
    model.fit(data(1, 70).shuffled(3), options);
  }

  /** Returns the complete result of the training run, bit by bit. */
  String outcome() throws IOException {
    var text = new StringBuilder();
    History history = model.history();
    history
        .names()
        .forEach(name -> text.append(name).append(' ').append(history.get(name)).append('\n'));
    append(text, model);
    Optimizer optimizer = model.optimizer();
    text.append(optimizer.iterations()).append(' ').append(optimizer.learningRate()).append('\n');
    optimizer.slots().forEach(slot -> text.append(Arrays.toString(slot.values())).append('\n'));
    text.append(stopping.bestEpoch()).append(' ').append(stopping.stoppedEpoch()).append('\n');
    text.append(best.best()).append('\n');
    text.append(Files.readString(folder.resolve("log.csv")));
    append(text, Sequential.load(folder.resolve("best.keras")));
    for (int batch = 9; batch <= history.epochs() * BATCHES; batch += 9) {
      Sequential checkpoint =
          Sequential.load(folder.resolve("last-" + ((batch - 1) / BATCHES + 1) + ".keras"));
      append(text, checkpoint);
      text.append(checkpoint.optimizer().iterations()).append('\n');
    }
    return text.toString();
  }

  private static void append(StringBuilder text, Sequential model) {
    for (Weight weight : model.network().weights()) {
      text.append(Arrays.toString(weight.values())).append('\n');
    }
  }

  /**
   * Trains and writes the result to {@code outcome.txt}.
   *
   * @param args the folder, the number of batches between backups (0: one epoch), and the minimum
   *     duration of a batch in milliseconds
   */
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    int saveFreq = Integer.parseInt(args[1]);
    int pause = Integer.parseInt(args[2]);
    var training = new KilledTraining(folder);
    var backup = backupAndRestore(folder.resolve("backup"));
    if (saveFreq > 0) {
      backup.saveFreq(saveFreq);
    }
    var slow =
        new Callback() {
          @Override
          public void onBatchEnd(TrainingContext run, int batch, Map<String, Double> logs) {
            try {
              Thread.sleep(pause);
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
        };
    training.fit(training.options(backup, slow));
    byte[] outcome = training.outcome().getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(folder.resolve("outcome.txt"), out -> out.write(outcome));
  }
}
