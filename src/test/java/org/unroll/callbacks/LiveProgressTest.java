package org.unroll.callbacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.callbacks.FakeTrainingContext.logs;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The live display, with a clock that the test sets. */
class LiveProgressTest {
  private static final long MILLISECOND = 1_000_000;

  private final FakeTrainingContext training = new FakeTrainingContext();
  private final List<String> shown = new ArrayList<>();
  private final List<Long> times = new ArrayList<>();
  private long now = 7_000_000_000L;
  private final LiveProgress progress = new LiveProgress(this::show, () -> now);

  private void show(Object value) {
    shown.add(value.toString());
    times.add(now);
  }

  @BeforeEach
  void fourEpochsOfTenSteps() {
    training.epochs = 4;
    training.stepsPerEpoch = 10;
  }

  /** Runs the batches of an epoch. A batch takes 0.2 s, the first one of all 1.2 s. */
  private void batches(int epoch, int count, double loss) {
    progress.onEpochBegin(training, epoch);
    for (int batch = 0; batch < count; batch++) {
      now += (batch == 0 && epoch == 0 ? 1200 : 200) * MILLISECOND;
      progress.onBatchEnd(training, batch, logs("loss", loss));
    }
  }

  private void endEpoch(int epoch, double loss, double validation) {
    now += 1000 * MILLISECOND; // validation
    progress.onEpochEnd(training, epoch, logs("loss", loss, "val_loss", validation));
  }

  private String last() {
    return shown.get(shown.size() - 1);
  }

  @Test
  void updatesAtMostTwicePerSecondAndAtTheEnd() {
    progress.title("LSTM").onTrainBegin(training);
    for (int epoch = 0; epoch < 4; epoch++) {
      batches(epoch, 10, 0.5);
      endEpoch(epoch, 0.5, 0.25);
    }
    progress.onTrainEnd(training);

    for (int i = 1; i < times.size() - 1; i++) {
      assertTrue(times.get(i) - times.get(i - 1) >= 500 * MILLISECOND, times.toString());
    }
    assertEquals("LSTM: ", shown.get(0));
    assertTrue(progress.ended());
    // 4 · (10 · 0.2 s + 1 s) + 1 s
    assertEquals("LSTM: 4 epochs in 13s - 200ms/step - loss: 0.5000 - val_loss: 0.2500", last());
  }

  @Test
  void estimatesTheTimeLeftFromStepsAndThenFromEpochs() {
    progress.onTrainBegin(training);
    batches(0, 5, 0.5);
    // 3 epochs of 2 s and 5 steps of 0.2 s; the time of validation is not known yet
    assertEquals("epoch 1/4 - 5/10 - 7s left - 200ms/step", progress.runs().get(0).status());
    progress.onTrainEnd(training);

    LiveProgress second = new LiveProgress(this::show, () -> now);
    second.onTrainBegin(training);
    second.onEpochBegin(training, 0);
    now += 10_000 * MILLISECOND;
    second.onBatchEnd(training, 9, logs("loss", 1));
    second.onEpochEnd(training, 0, logs("loss", 1));
    assertEquals("epoch 2/4 - 0/10 - 30s left - 10s/step", second.runs().get(0).status());
    second.onEpochBegin(training, 1);
    now += 4_000 * MILLISECOND;
    second.onBatchEnd(training, 0, logs("loss", 1));
    // The first batch is assumed to take 4 s like the second; 3 epochs of 4 s are left.
    assertEquals("epoch 2/4 - 1/10 - 8s left - 4s/step", second.runs().get(0).status());
    assertEquals(0.275, second.runs().get(0).share(), 1e-12);
  }

  @Test
  void keepsTheCurvesAndTheTraceOfTheCurrentEpoch() {
    training.epochs = 6;
    progress.onTrainBegin(training);
    batches(4, 10, 3); // a run that continues with its fifth epoch
    endEpoch(4, 3, 2);
    batches(5, 5, 1.5);
    LiveProgress.Run run = progress.runs().get(0);

    assertEquals(4, run.firstEpoch());
    assertEquals(List.of(3.0), run.curves().get("loss"));
    assertEquals(List.of(2.0), run.curves().get("val_loss"));
    double[] newest = run.trace().get(run.trace().size() - 1);
    assertTrue(newest[0] > 5 && newest[0] <= 5.5, newest[0] + " epochs");
    assertEquals(1.5, newest[1]);
    assertEquals("loss: 1.5000 - val_loss: 2.0000", run.values());
    progress.onTrainEnd(training);
    assertEquals(List.of(), run.trace());
    assertEquals("loss: 3.0000 - val_loss: 2.0000", run.values());
  }

  @Test
  void showsWhereTrainingEndedEarly() {
    progress.onTrainBegin(training);
    batches(0, 10, 1);
    endEpoch(0, 1, 1);
    progress.onTrainEnd(training);
    assertTrue(last().startsWith("ended after epoch 1/4 in 4s"), last());

    progress.onTrainBegin(training);
    batches(0, 3, 1);
    progress.onTrainEnd(training);
    assertTrue(last().contains("ended in epoch 1/4 after 3/10 in 2s"), last());
  }

  @Test
  void severalRunsShareADisplay() {
    progress.severalRuns();
    for (String name : List.of("RNN", "GRU")) {
      progress.title(name).onTrainBegin(training);
      batches(0, 10, 1);
      endEpoch(0, 1, 1);
      progress.onTrainEnd(training);
      assertFalse(progress.ended());
    }
    progress.end();

    assertTrue(progress.ended());
    assertEquals(2, last().lines().count());
    assertTrue(last().startsWith("RNN: ") && last().contains("\nGRU: "), last());
  }

  @Test
  void printsLinesIfTheDisplayFails() {
    var broken =
        new LiveProgress(
            value -> {
              throw new IllegalStateException("no channel");
            },
            () -> now);
    var printed = new ByteArrayOutputStream();
    PrintStream out = System.out;
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      broken.onTrainBegin(training);
      for (int epoch = 0; epoch < 2; epoch++) {
        broken.onEpochBegin(training, epoch);
        broken.onBatchEnd(training, 0, logs("loss", 1));
        broken.onEpochEnd(training, epoch, logs("loss", 1));
      }
      broken.onTrainEnd(training);
    } finally {
      System.setOut(out);
    }
    List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
    assertEquals(3, lines.size(), lines.toString());
    assertTrue(lines.get(0).contains("no channel"), lines.get(0));
    assertTrue(lines.get(1).startsWith("Epoch 1/4 - "), lines.get(1));
  }

  @Test
  void isNotOpenedOutsideANotebook() {
    assertEquals(Optional.empty(), LiveProgress.open(null));
    assertEquals(Optional.empty(), LiveProgress.open(1));
  }
}
