package org.unroll.callbacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.FakeTrainingContext.logs;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** The text of the progress bar, with a clock that the test sets. */
class ProgressBarTest {
  private static final long MILLISECOND = 1_000_000;

  private final FakeTrainingContext training = new FakeTrainingContext();
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private long now = 5_000_000_000L;

  private ProgressBar bar(int verbose) {
    PrintStream out = new PrintStream(text, true, StandardCharsets.UTF_8);
    return new ProgressBar(verbose, out, () -> now, true);
  }

  private String printed() {
    String printed = text.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    text.reset();
    return printed;
  }

  /** Runs the batches of an epoch. The first one takes 1 s, the others 50 ms. */
  private void epoch(ProgressBar bar, int epoch, int batches) {
    bar.onEpochBegin(training, epoch);
    for (int batch = 0; batch < batches; batch++) {
      now += batch == 0 ? 1000 * MILLISECOND : 50 * MILLISECOND;
      bar.onBatchEnd(training, batch, logs("loss", 0.5));
    }
  }

  @Test
  void printsOneLinePerEpoch() {
    ProgressBar bar = bar(2);
    bar.onTrainBegin(training);
    epoch(bar, 2, 500);
    assertEquals("", printed());
    bar.onEpochEnd(training, 2, logs("loss", 0.26549, "mae", 12, "learning_rate", 1e-4));
    // 1 s + 499 · 50 ms = 25.95 s
    assertEquals(
        "Epoch 3/20 - 500/500 - 26s - 50ms/step - loss: 0.2655 - mae: 12.0000 - learning_rate: 1.0000e-04\n",
        printed());
    bar.onTrainEnd(training);
    assertEquals("", printed());
  }

  @Test
  void redrawsTheBarAtMostFourTimesPerSecond() {
    ProgressBar bar = bar(1);
    bar.onTrainBegin(training);
    epoch(bar, 0, 41);
    String[] drawn = printed().split("\r", -1);
    assertEquals("Epoch 1/20\n", drawn[0]);
    // After the first batch 499 steps of 1 s are left. Then every fifth batch is drawn, and the
    // remaining steps take 50 ms.
    assertEquals("  1/500 ──────────────────── 8:19 1s/step - loss: 0.5000", drawn[1]);
    assertEquals("  6/500 ──────────────────── 25s 50ms/step - loss: 0.5000", drawn[2]);
    assertEquals(" 41/500 ━─────────────────── 23s 50ms/step - loss: 0.5000", drawn[9]);
    assertEquals(10, drawn.length);
  }

  @Test
  void printsTheElapsedTimeAfterAnEpoch() {
    training.stepsPerEpoch = 10;
    ProgressBar bar = bar(1);
    bar.onTrainBegin(training);
    epoch(bar, 19, 10);
    printed();
    now += 3_700_000 * MILLISECOND; // validation
    bar.onEpochEnd(training, 19, logs("loss", 0.5, "val_loss", Double.NaN));
    assertEquals(
        "\r10/10 ━━━━━━━━━━━━━━━━━━━━ 1:01:41 411s/step - loss: 0.5000 - val_loss: NaN\n",
        printed());
    bar.onTrainEnd(training);
    assertEquals("", printed());
  }

  @Test
  void endsTheLineAfterAnInterrupt() {
    ProgressBar bar = bar(1);
    bar.onTrainBegin(training);
    epoch(bar, 0, 3);
    bar.onTrainEnd(training);
    assertTrue(printed().endsWith("1s/step - loss: 0.5000\n"));
  }

  @Test
  void printsNothingWithVerboseZero() {
    ProgressBar bar = bar(0);
    bar.onTrainBegin(training);
    epoch(bar, 0, 500);
    bar.onEpochEnd(training, 0, logs("loss", 1));
    bar.onTrainEnd(training);
    assertEquals("", printed());
  }

  @Test
  void autoPrintsLinesWithoutATerminal() {
    assertEquals(2, ProgressBar.auto().verbose());
  }
}
