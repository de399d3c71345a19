package org.unroll;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.internal.SplitMix64;

/**
 * Generates sequences of token ids with an encoder–decoder model, one token at a time: with the
 * most probable token, with a beam search, or by sampling.
 *
 * <p>The last input of the model must be the ids of the target sequence so far, (time), and its
 * first output the probabilities of the next id at each time step, (time, ids). Step t of the
 * output must depend only on the steps 0 to t of that input, as in a decoder of recurrent layers.
 * The other inputs are the samples that are decoded.
 *
 * <pre>{@code
 * var source = input(Shape.ANY);
 * var prefix = input(Shape.ANY);
 * var encoder = gru(16).returnState(true).on(embedding(20, 8).on(source));
 * var decoder =
 *     gru(16).returnSequences(true).on(embedding(12, 8).on(prefix), encoder.states());
 * var functional = Model.of(List.of(source, prefix), dense(12, "softmax").on(decoder));
 *
 * var sources = Samples.of(new int[][] {{3, 4, 5}, {6, 7, 8}});
 * int[][] ids = SequenceDecoder.of(functional, 1, 2).maxLength(10).beam(sources, 4);
 * }</pre>
 *
 * <p>Each step runs the model on the whole sequence so far, so the time grows with the square of
 * the length.
 */
public final class SequenceDecoder {
  private final Model model;
  private final int start;
  private final int end;
  private int maxLength = 50;

  /** A sequence of ids that begins with the start id, and the logarithm of its probability. */
  private record Hypothesis(int[] ids, double score, boolean finished) {}

  private SequenceDecoder(Model model, int start, int end) {
    this.model = model;
    this.start = start;
    this.end = end;
  }

  /**
   * Creates a decoder.
   *
   * @param start the id that begins each target sequence
   * @param end the id that ends a sequence
   * @throws IllegalArgumentException if the model does not take a sequence of ids as its last input
   *     or does not return a sequence, or if the ids are equal
   */
  public static SequenceDecoder of(Model model, int start, int end) {
    List<Shape> inputs = model.network().inputShapes();
    Shape last = inputs.get(inputs.size() - 1);
    Shape output = model.network().outputShapes(inputs).get(0);
    if (inputs.size() < 2 || last.rank() != 1 || output.rank() != 2) {
      throw new IllegalArgumentException(
          "The model must take at least one input and then the ids of the target sequence, (time,),"
              + " and return (time, ids), but it takes "
              + inputs
              + " and returns "
              + output
              + ".");
    }
    int ids = output.last();
    if (start == end || Math.min(start, end) < 0 || Math.max(start, end) >= ids) {
      throw new IllegalArgumentException(
          "The start id and the end id must differ and be from 0 to "
              + (ids - 1)
              + ", but were "
              + start
              + " and "
              + end
              + ".");
    }
    return new SequenceDecoder(model, start, end);
  }

  /**
   * Sets the largest number of ids to generate, without the start and the end; 50 by default.
   *
   * @throws IllegalArgumentException if it is less than 1, or more than the target input takes
   */
  public SequenceDecoder maxLength(int length) {
    int limit = targetSteps() == Shape.ANY ? Integer.MAX_VALUE : targetSteps();
    if (length < 1 || length > limit) {
      throw new IllegalArgumentException(
          "maxLength must be from 1 to " + limit + ", but was " + length + ".");
    }
    maxLength = length;
    return this;
  }

  private int targetSteps() {
    List<Shape> inputs = model.network().inputShapes();
    return inputs.get(inputs.size() - 1).axis(0);
  }

  /**
   * Returns the sequences in which each id is the most probable one after those before it.
   *
   * @param sources the samples for the other inputs of the model
   * @return for each sample the ids without start and end
   */
  public int[][] greedy(Dataset sources) {
    return beam(sources, 1);
  }

  /**
   * Returns the most probable sequences that a beam search finds.
   *
   * @param sources the samples for the other inputs of the model
   * @param width the number of sequences that are kept at each step
   * @return for each sample the ids without start and end
   * @throws IllegalArgumentException if {@code width} is less than 1
   */
  public int[][] beam(Dataset sources, int width) {
    if (width < 1) {
      throw new IllegalArgumentException("The width must be at least 1, but was " + width + ".");
    }
    return decode(
        sources,
        (hypotheses, probabilities) -> {
          List<Hypothesis> all = new ArrayList<>();
          for (int h = 0; h < hypotheses.size(); h++) {
            Hypothesis hypothesis = hypotheses.get(h);
            if (hypothesis.finished()) {
              all.add(hypothesis);
              continue;
            }
            for (int id = 0; id < probabilities.get(h).length; id++) {
              all.add(next(hypothesis, id, probabilities.get(h)[id]));
            }
          }
          return all.stream()
              .sorted(Comparator.comparing(hypothesis -> -hypothesis.score()))
              .limit(width)
              .toList();
        });
  }

  /**
   * Returns sequences whose ids are drawn from their probabilities.
   *
   * @param sources the samples for the other inputs of the model
   * @param temperature the logarithms of the probabilities are divided by it: below 1, probable ids
   *     become more probable
   * @param seed the seed of the draws
   * @return for each sample the ids without start and end
   * @throws IllegalArgumentException if the temperature is not a positive number
   */
  public int[][] sample(Dataset sources, double temperature, long seed) {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "The temperature must be a positive number, but was " + temperature + ".");
    }
    RandomGenerator random = new SplitMix64(seed);
    return decode(
        sources,
        (hypotheses, probabilities) -> {
          Hypothesis only = hypotheses.get(0);
          if (only.finished()) {
            return hypotheses;
          }
          int id = draw(probabilities.get(0), temperature, random);
          return List.of(next(only, id, probabilities.get(0)[id]));
        });
  }

  private static int draw(double[] probabilities, double temperature, RandomGenerator random) {
    double[] powers = new double[probabilities.length];
    double largest = Arrays.stream(probabilities).max().orElseThrow();
    for (int id = 0; id < powers.length; id++) {
      powers[id] = Math.pow(probabilities[id] / largest, 1 / temperature);
    }
    double left = random.nextDouble() * Arrays.stream(powers).sum();
    int id = 0;
    while (id < powers.length - 1 && left >= powers[id]) {
      left -= powers[id];
      id++;
    }
    return id;
  }

  private Hypothesis next(Hypothesis before, int id, double probability) {
    int[] ids = Arrays.copyOf(before.ids(), before.ids().length + 1);
    ids[ids.length - 1] = id;
    return new Hypothesis(ids, before.score() + Math.log(probability), id == end);
  }

  /** Chooses the hypotheses to keep from those so far and the probabilities of their next ids. */
  private interface Choice {
    List<Hypothesis> of(List<Hypothesis> hypotheses, List<double[]> probabilities);
  }

  private int[][] decode(Dataset sources, Choice choice) {
    List<List<Hypothesis>> all = new ArrayList<>();
    for (int i = 0; i < sources.size(); i++) {
      all.add(List.of(new Hypothesis(new int[] {start}, 0, false)));
    }
    for (int step = 0; step < maxLength && !allFinished(all); step++) {
      step(sources, all, choice, step);
    }
    return all.stream().map(hypotheses -> ids(hypotheses.get(0))).toArray(int[][]::new);
  }

  private static boolean allFinished(List<List<Hypothesis>> all) {
    return all.stream().flatMap(List::stream).allMatch(Hypothesis::finished);
  }

  private static int[] ids(Hypothesis hypothesis) {
    int to = hypothesis.ids().length - (hypothesis.finished() ? 1 : 0);
    return Arrays.copyOfRange(hypothesis.ids(), 1, to);
  }

  /** Extends the hypotheses of all samples by one id, with one prediction for all of them. */
  private void step(Dataset sources, List<List<Hypothesis>> all, Choice choice, int step) {
    List<Integer> samples = new ArrayList<>();
    List<int[]> prefixes = new ArrayList<>();
    int steps = targetSteps() == Shape.ANY ? step + 1 : targetSteps();
    for (int i = 0; i < all.size(); i++) {
      for (Hypothesis hypothesis : all.get(i)) {
        samples.add(i);
        prefixes.add(Arrays.copyOf(hypothesis.ids(), steps));
      }
    }
    Dataset repeated = new RepeatedSamples(sources, samples);
    Predictions predictions =
        model.predict(repeated.and(Samples.of(prefixes.toArray(int[][]::new))));
    int row = 0;
    for (int i = 0; i < all.size(); i++) {
      List<double[]> probabilities = new ArrayList<>();
      for (int h = 0; h < all.get(i).size(); h++) {
        probabilities.add(predictions.getSequence(row++)[step]);
      }
      all.set(i, choice.of(all.get(i), probabilities));
    }
  }
}
