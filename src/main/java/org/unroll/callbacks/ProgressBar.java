package org.unroll.callbacks;

import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Prints the progress of training, like Keras's {@code verbose}: nothing (0), a bar that is redrawn
 * in place at most four times per second (1), or one line per epoch (2).
 *
 * <pre>
 * Epoch 3/20
 *  41/500 ━─────────────────── 23s 50ms/step - loss: 0.2713 - mae: 0.4031
 *
 * Epoch 3/20 - 500/500 - 26s - 50ms/step - loss: 0.2655 - val_loss: 0.2701
 * </pre>
 *
 * <p>During an epoch the remaining time is shown, and then the elapsed time. The time per step does
 * not include the first batch, which is slower than the others. Values have four decimals; values
 * of at most 0.001 are shown in scientific notation.
 *
 * @hidden
 */
public final class ProgressBar extends Callback {
  private static final int WIDTH = 20;
  private static final long INTERVAL = 250_000_000;

  private final int verbose;
  private final PrintStream out;
  private final LongSupplier nanoTime;
  private final char full;
  private final char empty;

  private String title;
  private long epochStart;
  private long firstBatchEnd;
  private long lastDrawn;
  private int seen;
  private int drawnWidth;

  /**
   * Creates a progress display.
   *
   * @param verbose 0 (nothing), 1 (a bar) or 2 (one line per epoch)
   * @param out the stream to print to
   */
  ProgressBar(int verbose, PrintStream out) {
    this(verbose, out, System::nanoTime, canShowLines());
  }

  ProgressBar(int verbose, PrintStream out, LongSupplier nanoTime, boolean lines) {
    requireKnown(verbose);
    this.verbose = verbose;
    this.out = out;
    this.nanoTime = nanoTime;
    this.full = lines ? '━' : '=';
    this.empty = lines ? '─' : '.';
  }

  /**
   * Checks that {@code verbose} is 0, 1 or 2.
   *
   * @throws IllegalArgumentException if it is not
   */
  public static void requireKnown(int verbose) {
    if (verbose < 0 || verbose > 2) {
      throw new IllegalArgumentException(
          "verbose must be 0 (nothing), 1 (a live display) or 2 (one line per epoch), but was "
              + verbose
              + ".");
    }
  }

  /** Returns a display of kind 0, 1 or 2 on standard output. */
  public static ProgressBar of(int verbose) {
    return new ProgressBar(verbose, System.out);
  }

  /**
   * Returns a display on standard output: a bar if it is a terminal, and one line per epoch if it
   * is a file, a pipe or a notebook. Interactive notebooks use {@link LiveProgress} instead.
   */
  public static ProgressBar auto() {
    return new ProgressBar(terminal().isPresent() ? 1 : 2, System.out);
  }

  /** Returns standard output if it is a terminal. */
  public static Optional<PrintStream> terminal() {
    return isTerminal(System.console()) ? Optional.of(System.out) : Optional.empty();
  }

  /** Returns the kind of display, 0, 1 or 2. */
  int verbose() {
    return verbose;
  }

  /**
   * Sets a line to print before the first epoch, such as the name of the model; none by default.
   */
  public void title(String newTitle) {
    title = newTitle;
  }

  @Override
  public void onTrainBegin(TrainingContext training) {
    drawnWidth = 0;
    if (title != null && verbose > 0) {
      out.println(title);
    }
  }

  @Override
  public void onEpochBegin(TrainingContext training, int epoch) {
    epochStart = nanoTime.getAsLong();
    lastDrawn = epochStart;
    seen = 0;
    if (verbose == 1) {
      out.println(title(training, epoch));
    }
  }

  @Override
  public void onBatchEnd(TrainingContext training, int batch, Map<String, Double> logs) {
    long now = nanoTime.getAsLong();
    seen = batch + 1;
    if (seen == 1) {
      firstBatchEnd = now;
    }
    if (verbose == 1 && now - lastDrawn >= INTERVAL) {
      lastDrawn = now;
      int left = Math.max(training.stepsPerEpoch() - seen, 0);
      draw(bar(training) + " " + clock(left * secondsPerStep(now)) + values(now, " ", logs), "");
    }
  }

  @Override
  public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
    long now = nanoTime.getAsLong();
    String took = clock((now - epochStart) / 1e9);
    if (verbose == 1) {
      draw(bar(training) + " " + took + values(now, " ", logs), System.lineSeparator());
      drawnWidth = 0;
    } else if (verbose == 2) {
      out.println(
          title(training, epoch)
              + " - "
              + count(training)
              + " - "
              + took
              + values(now, " - ", logs));
    }
  }

  /** Ends the current line if training ended within an epoch. */
  @Override
  public void onTrainEnd(TrainingContext training) {
    if (drawnWidth > 0) {
      out.println();
      drawnWidth = 0;
    }
  }

  private void draw(String text, String end) {
    String rest = " ".repeat(Math.max(drawnWidth - text.length(), 0));
    drawnWidth = text.length();
    out.print("\r" + text + rest + end); // in one write, which some consoles show separately
    out.flush();
  }

  private static String title(TrainingContext training, int epoch) {
    return "Epoch " + (epoch + 1) + "/" + training.epochs();
  }

  private String count(TrainingContext training) {
    String steps = Integer.toString(training.stepsPerEpoch());
    return String.format(Locale.ROOT, "%" + steps.length() + "d/%s", seen, steps);
  }

  private String bar(TrainingContext training) {
    int done = (int) Math.min((long) WIDTH * seen / Math.max(training.stepsPerEpoch(), 1), WIDTH);
    return count(training)
        + " "
        + String.valueOf(full).repeat(done)
        + String.valueOf(empty).repeat(WIDTH - done);
  }

  private double secondsPerStep(long now) {
    if (seen == 0) {
      return 0;
    }
    return seen == 1 ? (now - epochStart) / 1e9 : (now - firstBatchEnd) / 1e9 / (seen - 1);
  }

  private String values(long now, String separator, Map<String, Double> logs) {
    StringBuilder text = new StringBuilder(separator).append(perStep(secondsPerStep(now)));
    logs.forEach(
        (name, value) -> text.append(" - ").append(name).append(": ").append(number(value)));
    return text.toString();
  }

  static String perStep(double seconds) {
    if (seconds >= 1 || seconds == 0) {
      return Math.round(seconds) + "s/step";
    }
    return seconds >= 1e-3
        ? Math.round(seconds * 1e3) + "ms/step"
        : Math.round(seconds * 1e6) + "us/step";
  }

  static String clock(double seconds) {
    long whole = Math.round(seconds);
    if (whole >= 3600) {
      return String.format(
          Locale.ROOT, "%d:%02d:%02d", whole / 3600, whole % 3600 / 60, whole % 60);
    }
    return whole >= 60
        ? String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        : whole + "s";
  }

  static String number(double value) {
    return String.format(
        Locale.ROOT, Math.abs(value) > 1e-3 || value == 0 ? "%.4f" : "%.4e", value);
  }

  private static boolean isTerminal(Console console) {
    if (console == null) {
      return false;
    }
    try {
      // Since JDK 22 there may be a console without a terminal.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException beforeJdk22) {
      return true;
    }
  }

  private static boolean canShowLines() {
    String encoding = System.getProperty("stdout.encoding"); // JDK 19 and later
    Charset charset = encoding == null ? Charset.defaultCharset() : Charset.forName(encoding);
    return charset.canEncode() && charset.newEncoder().canEncode("━─");
  }
}
