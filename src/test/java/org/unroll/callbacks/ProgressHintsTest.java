package org.unroll.callbacks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.input;
import static org.unroll.training.FitOptions.epochs;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.training.FitOptions;

@ResourceLock(Resources.SYSTEM_OUT)
class ProgressHintsTest {
  private final PrintStream console = System.out;
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @BeforeEach
  void capture() {
    ProgressHints.forget();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void restore() {
    System.setOut(console);
    System.clearProperty("unroll.hints");
  }

  private List<String> fitUnscaled(FitOptions options) {
    var model = Sequential.of(input(1), dense(1));
    model.compile("sgd", "mse");
    double[] targets = {0, 1, 0, 1};
    model.fit(Samples.of(new double[][] {{500}, {501}, {500}, {501}}).targets(targets), options);
    return printed
        .toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.startsWith("Hint: "))
        .toList();
  }

  @Test
  void isPrintedOnce() {
    String expected =
        "Hint: Input column 0 is not scaled (mean 500.5, std 0.5). Networks learn slowly or not at"
            + " all from such values. Subtract the mean of the training data and divide by its"
            + " standard deviation.";
    assertEquals(List.of(expected), fitUnscaled(epochs(1)));
    assertEquals(List.of(expected), fitUnscaled(epochs(1)));
  }

  @Test
  void canBeTurnedOff() {
    assertEquals(List.of(), fitUnscaled(epochs(1).hints(false)));
    assertEquals(List.of(), fitUnscaled(epochs(1).verbose(0)));
    System.setProperty("unroll.hints", "false");
    assertEquals(List.of(), fitUnscaled(epochs(1)));
    System.clearProperty("unroll.hints");
    assertEquals(1, fitUnscaled(epochs(1).verbose(0).hints(true)).size());
  }
}
