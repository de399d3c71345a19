package org.unroll;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.unroll.compute.WorkerPool;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.internal.SplitMix64;
import org.unroll.network.ModelUse;
import org.unroll.network.Network;
import org.unroll.network.SteppedPass;
import org.unroll.network.Tensor;
import org.unroll.text.Sampler;

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
 * <p>The cost of a step does not depend on the length of the sequence if a {@link Stepper} can run
 * the model: if the layers after the last input are recurrent, work on each time step separately,
 * or attend to a sequence of the other inputs. Otherwise, each step runs the model on the whole
 * sequence so far, so the time grows with the square of the length.
 */
public final class SequenceDecoder {
  /** The rows that a thread runs at a time: its buffers fit the cache of a core. */
  private static final int ROWS = 32;

  private final Model model;
  private final int start;
  private final int end;
  private int maxLength = 50;

  /**
   * A sequence of ids that begins with the start id, and the logarithm of its probability.
   *
   * @param parent the index of the hypothesis without the last id among those of the step before
   */
  private record Hypothesis(int[] ids, double score, boolean finished, int parent) {
    int last() {
      return ids[ids.length - 1];
    }
  }

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
        width,
        (sample, hypotheses, probabilities) -> {
          List<Hypothesis> all = new ArrayList<>();
          for (int h = 0; h < hypotheses.size(); h++) {
            Hypothesis hypothesis = hypotheses.get(h);
            if (hypothesis.finished()) {
              all.add(kept(hypothesis, h));
              continue;
            }
            double[] next = probabilities.get(h);
            for (int id : mostProbable(next, width)) {
              all.add(next(hypothesis, h, id, next[id]));
            }
          }
          return all.stream()
              .sorted(Comparator.comparing(hypothesis -> -hypothesis.score()))
              .limit(width)
              .toList();
        });
  }

  /** Returns the most probable ids in increasing order, of equally probable ids the first. */
  private static int[] mostProbable(double[] probabilities, int count) {
    int[] best = new int[Math.min(count, probabilities.length)];
    int found = 0;
    for (int id = 0; id < probabilities.length; id++) {
      int at = found;
      while (at > 0 && probabilities[best[at - 1]] < probabilities[id]) {
        at--;
      }
      if (at < best.length) {
        int moved = Math.min(found, best.length - 1) - at;
        System.arraycopy(best, at, best, at + 1, moved);
        best[at] = id;
        found = Math.min(found + 1, best.length);
      }
    }
    Arrays.sort(best);
    return best;
  }

  /**
   * Returns sequences whose ids are drawn from their probabilities.
   *
   * @param sources the samples for the other inputs of the model
   * @param temperature the logarithms of the probabilities are divided by it: below 1, probable ids
   *     become more probable
   * @param seed the seed of the draws. Those of a sample depend only on it and the sample's index
   * @return for each sample the ids without start and end
   * @throws IllegalArgumentException if the temperature is not a positive number
   */
  public int[][] sample(Dataset sources, double temperature, long seed) {
    return sample(sources, Sampler.random().temperature(temperature), seed);
  }

  /**
   * Returns sequences whose ids are drawn by a sampler, for example with {@code
   * Sampler.random().topP(0.9)}.
   *
   * @param sources the samples for the other inputs of the model
   * @param sampler draws each id
   * @param seed the seed of the draws. Those of a sample depend only on it and the sample's index
   * @return for each sample the ids without start and end
   * @throws IllegalArgumentException if the outputs of the model are not probabilities
   */
  public int[][] sample(Dataset sources, Sampler sampler, long seed) {
    RandomGenerator[] randoms =
        IntStream.range(0, sources.size())
            .mapToObj(i -> new SplitMix64(SplitMix64.mix(seed) + i))
            .toArray(RandomGenerator[]::new);
    return decode(
        sources,
        1,
        (sample, hypotheses, probabilities) -> {
          Hypothesis only = hypotheses.get(0);
          if (only.finished()) {
            return hypotheses;
          }
          int id = sampler.draw(probabilities.get(0), randoms[sample]);
          return List.of(next(only, 0, id, probabilities.get(0)[id]));
        });
  }

  private Hypothesis next(Hypothesis before, int parent, int id, double probability) {
    int[] ids = Arrays.copyOf(before.ids(), before.ids().length + 1);
    ids[ids.length - 1] = id;
    return new Hypothesis(ids, before.score() + Math.log(probability), id == end, parent);
  }

  private static Hypothesis kept(Hypothesis finished, int parent) {
    return new Hypothesis(finished.ids(), finished.score(), true, parent);
  }

  /**
   * Chooses the hypotheses of a sample from those so far and the probabilities of their next ids.
   */
  private interface Choice {
    List<Hypothesis> of(int sample, List<Hypothesis> hypotheses, List<double[]> probabilities);
  }

  /** Computes the probabilities of the next ids of the hypotheses of some samples. */
  private interface Probabilities {
    List<List<double[]>> of(List<List<Hypothesis>> hypotheses, int step);
  }

  private int[][] decode(Dataset sources, int width, Choice choice) {
    int[][] found = new int[sources.size()][];
    if (!worksStepByStep()) {
      decode(found, 0, found.length, choice, (all, step) -> predicted(sources, all, step));
      return found;
    }
    int chunk = Math.max(1, ROWS / width);
    int chunks = (found.length - 1) / chunk + 1;
    List<Dataset> inputs = Stepper.otherInputs(model.network(), sources);
    try (WorkerPool workers = WorkerPool.take(Math.min(chunks, WorkerPool.defaultThreads()))) {
      model
          .network()
          .use()
          .run(
              "decode",
              ModelUse.Effect.READS,
              () ->
                  workers.run(
                      chunks,
                      (number, worker) -> {
                        int from = number * chunk;
                        int to = Math.min(from + chunk, found.length);
                        var stepping = new Stepping(model.network(), inputs, from, to, width);
                        decode(found, from, to, choice, stepping);
                      }));
    }
    return found;
  }

  /** Decodes some of the samples. */
  private void decode(int[][] found, int from, int to, Choice choice, Probabilities probabilities) {
    List<List<Hypothesis>> all = new ArrayList<>();
    for (int i = from; i < to; i++) {
      all.add(List.of(new Hypothesis(new int[] {start}, 0, false, 0)));
    }
    for (int step = 0; step < maxLength && !allFinished(all); step++) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException(
            "The decoder was interrupted before the end of the sequences, so there is no result."
                + " Call it again.");
      }
      List<List<double[]>> next = probabilities.of(all, step);
      for (int i = 0; i < all.size(); i++) {
        all.set(i, choice.of(from + i, all.get(i), next.get(i)));
      }
    }
    for (int i = from; i < to; i++) {
      found[i] = ids(all.get(i - from).get(0));
    }
  }

  private static boolean allFinished(List<List<Hypothesis>> all) {
    return all.stream().flatMap(List::stream).allMatch(Hypothesis::finished);
  }

  private static int[] ids(Hypothesis hypothesis) {
    int to = hypothesis.ids().length - (hypothesis.finished() ? 1 : 0);
    return Arrays.copyOfRange(hypothesis.ids(), 1, to);
  }

  /** Predicts the whole sequences so far. */
  private List<List<double[]>> predicted(Dataset sources, List<List<Hypothesis>> all, int step) {
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
    List<List<double[]>> result = new ArrayList<>();
    int row = 0;
    for (List<Hypothesis> hypotheses : all) {
      List<double[]> probabilities = new ArrayList<>();
      for (int h = 0; h < hypotheses.size(); h++) {
        probabilities.add(predictions.getSequence(row++)[step]);
      }
      result.add(probabilities);
    }
    return result;
  }

  private boolean worksStepByStep() {
    try {
      return new SteppedPass(model.network(), model.network().inputs().size() - 1, 1).rows() == 1;
    } catch (IllegalArgumentException needsWholeSequence) {
      return false;
    }
  }

  /** Runs only the last ids, with the states that each hypothesis has so far. */
  private static final class Stepping implements Probabilities {
    private final SteppedPass pass;
    private final Tensor ids;
    private final int width;
    private final float[] x;

    Stepping(Network network, List<Dataset> others, int from, int to, int width) {
      this.width = width;
      int rows = (to - from) * width;
      int last = others.size();
      x = new float[rows];
      Tensor[] inputs = Stepper.gather(others, from, to);
      ids = new Tensor().set(x, 0, rows, Shape.of(1), null);
      inputs[last] = ids;
      pass = new SteppedPass(network, last, rows).repeatsMasked();
      pass.begin(inputs);
    }

    @Override
    public List<List<double[]>> of(List<List<Hypothesis>> all, int step) {
      // Rows without a hypothesis continue the first one.
      int[] parents = new int[x.length];
      for (int row = 0; row < x.length; row++) {
        List<Hypothesis> hypotheses = all.get(row / width);
        int h = row % width < hypotheses.size() ? row % width : 0;
        x[row] = hypotheses.get(h).last();
        parents[row] = row - row % width + hypotheses.get(h).parent();
      }
      if (width > 1 && step > 0) {
        pass.select(parents);
      }
      Tensor output = pass.step(ids);
      int count = output.shape().size();
      List<List<double[]>> result = new ArrayList<>();
      for (int i = 0; i < all.size(); i++) {
        List<double[]> probabilities = new ArrayList<>();
        for (int h = 0; h < all.get(i).size(); h++) {
          int at = output.offset() + (i * width + h) * count;
          double[] row = new double[count];
          for (int id = 0; id < count; id++) {
            row[id] = output.values()[at + id];
          }
          probabilities.add(row);
        }
        result.add(probabilities);
      }
      return result;
    }
  }
}
