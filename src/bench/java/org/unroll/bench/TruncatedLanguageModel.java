package org.unroll.bench;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.unroll.Sequential;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Shape;
import org.unroll.datasets.SyntheticReviews;
import org.unroll.text.TextVectorization;
import org.unroll.text.TokenWindows;
import org.unroll.training.FitOptions;

/**
 * Trains a character-level language model on rows of 400 characters with truncated backpropagation
 * through time, in stretches of different lengths, and on the whole rows. All models read the same
 * characters equally often. The shorter the stretches, the more steps the optimizer makes. Two other
 * kinds of runs show what comes from the steps and what from the states: "zero25" has windows of 25
 * characters that begin with zero states, and "small25" has whole rows in small batches. Both make
 * about as many steps as stretches of 25.
 *
 * <p>Prints lines of CSV: the perplexity per character of held-out text in rows of 400 characters,
 * the seconds of training without the first epoch, and the megabytes of heap that training keeps.
 */
final class TruncatedLanguageModel {
  private static final int LENGTH = 400;
  private static final int ROWS = 32;
  private static final int UNITS = 96;

  private final TextVectorization characters;
  private final int[] training;
  private final int[] heldOut;
  private final int epochs;

  private TruncatedLanguageModel(String text, int length, int epochs) {
    characters = TextVectorization.characters().adapt(List.of(text.substring(0, length)));
    training = characters.vectorize(text.substring(0, length));
    heldOut = characters.vectorize(text.substring(length, length + length / 5));
    this.epochs = epochs;
  }

  /**
   * Prints the measurements.
   *
   * @param args a file with an English sentence in the first column of each line, or "" for the
   *     synthetic reviews; the number of characters to train on, 160,000 by default; the number of
   *     epochs, 4; the number of seeds, 3; and the rows of the table, which are all by default
   */
  public static void main(String[] args) throws IOException {
    Path file = Path.of(args.length > 0 ? args[0] : "");
    List<String> sentences = new ArrayList<>(sentences(file));
    Collections.shuffle(sentences, new Random(1));
    var model =
        new TruncatedLanguageModel(
            String.join("\n", sentences), argument(args, 1, 160_000), argument(args, 2, 4));
    int seeds = argument(args, 3, 3);
    List<String> chosen = List.of(args).subList(Math.min(4, args.length), args.length);
    System.out.printf(
        Locale.ROOT,
        "# %s, %d of %d distinct sentences' characters, vocabulary %d, GRU %d, Java %s, %d cores%n",
        Files.isRegularFile(file) ? file.getFileName() : "synthetic reviews",
        model.training.length,
        String.join("\n", sentences).length(),
        model.characters.vocabulary().size(),
        UNITS,
        System.getProperty("java.version"),
        Runtime.getRuntime().availableProcessors());
    System.out.println("run,seed,optimizer_steps,perplexity,seconds,heap_mb");
    for (int seed = 0; seed < seeds; seed++) {
      for (String run : chosen.isEmpty() ? List.of("25", "50", "100", "400") : chosen) {
        model.measure(run, seed);
      }
    }
  }

  private static int argument(String[] args, int index, int ifAbsent) {
    return args.length > index ? Integer.parseInt(args[index]) : ifAbsent;
  }

  private static List<String> sentences(Path file) throws IOException {
    List<String> lines =
        Files.isRegularFile(file)
            ? Files.readAllLines(file).stream().map(line -> line.split("\t", 2)[0]).toList()
            : SyntheticReviews.of(3_000, 1).texts();
    // Held-out sentences must not occur in the training text.
    return lines.stream().distinct().toList();
  }

  /**
   * Measures one model.
   *
   * @param run the length of a stretch; "zero25" for windows that begin with zero states; "small25"
   *     for whole rows in small batches
   */
  private void measure(String run, int seed) {
    int steps = Integer.parseInt(run.replaceAll("\\D", ""));
    int length = run.startsWith("zero") ? steps : LENGTH;
    Dataset rows = TokenWindows.of(training, length).stride(length).shuffled(seed);
    rows = rows.batchSize(run.startsWith("small") ? Math.max(1, ROWS * steps / LENGTH) : ROWS);
    boolean cuts = Character.isDigit(run.charAt(0)) && steps < LENGTH;
    long heap = heap(rows, steps, cuts);
    Sequential model = model(seed);
    var optimizer = adam(0.003).clipnorm(1);
    model.compile(optimizer, sparseCategoricalCrossentropy());
    var clock = new Clock();
    model.fit(rows, options(epochs, steps, cuts).callbacks(clock));
    Dataset test = TokenWindows.of(heldOut, LENGTH).stride(LENGTH).batchSize(ROWS);
    System.out.printf(
        Locale.ROOT,
        "%s,%d,%d,%.3f,%.1f,%.1f%n",
        run,
        seed,
        optimizer.iterations(),
        Math.exp(model.evaluate(test).get("loss")),
        clock.seconds,
        heap / 1e6);
  }

  private Sequential model(int seed) {
    int size = characters.vocabulary().size();
    return Sequential.seeded(
        seed,
        input(Shape.ANY),
        embedding(size, 16),
        gru(UNITS).returnSequences(true),
        dense(size, "softmax"));
  }

  private static FitOptions options(int epochs, int steps, boolean cuts) {
    FitOptions options = epochs(epochs).verbose(0);
    return cuts ? options.truncatedBackpropagation(steps) : options;
  }

  /** Returns the bytes that a training run keeps after its first batches, without its model. */
  private long heap(Dataset rows, int steps, boolean cuts) {
    Sequential model = model(0);
    model.compile(adam(), sparseCategoricalCrossentropy());
    var used = new long[2];
    Callback measuring =
        new Callback() {
          @Override
          public void onTrainBegin(TrainingContext context) {
            used[0] = usedBytes();
          }

          @Override
          public void onTrainEnd(TrainingContext context) {
            used[1] = usedBytes();
          }
        };
    model.fit(rows, options(1, steps, cuts).stepsPerEpoch(2).callbacks(measuring));
    return used[1] - used[0];
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  /** Measures the seconds of all epochs but the first, in which the JVM compiles. */
  private static final class Clock extends Callback {
    private double seconds;
    private long began;

    @Override
    public void onEpochBegin(TrainingContext context, int epoch) {
      began = System.nanoTime();
    }

    @Override
    public void onEpochEnd(TrainingContext context, int epoch, Map<String, Double> logs) {
      seconds += epoch == 0 ? 0 : (System.nanoTime() - began) * 1e-9;
    }
  }
}
