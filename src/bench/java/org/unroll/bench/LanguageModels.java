package org.unroll.bench;

import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.unroll.Predictions;
import org.unroll.Sequential;
import org.unroll.data.SequencePadding;
import org.unroll.data.Sequences;
import org.unroll.data.Shape;
import org.unroll.network.Layer;
import org.unroll.text.NGramModel;
import org.unroll.text.TextVectorization;

/**
 * Compares n-gram models with recurrent networks as language models of words and of characters, on
 * held-out sentences. Prints lines of CSV: perplexity per token and bits per character. The end
 * of a sentence is a token and counts as a character at both levels. Words that occur once in
 * the training sentences are unknown; their spelling is not counted in the bits of the words.
 */
final class LanguageModels {
  private static final int HELD_OUT = 2000;

  private LanguageModels() {}

  /**
   * Prints the measurements.
   *
   * @param args the file, with the English sentence first in each line and a tab after it; "words"
   *     or "characters"; the largest number of training sentences; epochs; then the layers
   *     (simple_rnn, lstm, gru) and the seeds, separated by commas. Without layers, only the
   *     n-grams.
   */
  public static void main(String[] args) throws IOException {
    List<String> sentences = sentences(Path.of(args[0]));
    boolean words = args[1].equals("words");
    int last = Math.min(sentences.size(), HELD_OUT + Integer.parseInt(args[2]));
    List<String> held = sentences.subList(0, HELD_OUT);
    List<String> training = sentences.subList(HELD_OUT, last);
    TextVectorization vectorization =
        words
            ? TextVectorization.wordsAndPunctuation().minCount(2).adapt(training)
            : TextVectorization.characters().adapt(training);
    int size = vectorization.vocabulary().size();
    int end = size; // begins and ends each sentence
    int[][] train = marked(vectorization.vectorize(training), end);
    int[][] test = marked(vectorization.vectorize(held), end);
    long tokens = Arrays.stream(test).mapToLong(sentence -> sentence.length - 1).sum();
    long unknown = Arrays.stream(test).flatMapToInt(Arrays::stream).filter(id -> id == 1).count();
    double characters = held.stream().mapToLong(text -> text.length() + 1).sum();
    System.out.printf(
        Locale.ROOT,
        "# %s, %d training sentences, %d held out, %d ids, %d tokens of which %.2f %% unknown,"
            + " %.0f characters%n",
        args[1],
        training.size(),
        held.size(),
        size + 1,
        tokens,
        100.0 * unknown / tokens,
        characters);
    System.out.println("level,model,seed,perplexity,bits_per_character,seconds");
    double tokensPerCharacter = tokens / characters;
    if (args.length < 6) {
      for (int order = 1; order <= 5; order++) {
        long began = System.nanoTime();
        NGramModel model = NGramModel.of(order, size + 1, train);
        print(args[1], order + "-gram", 0, model.perplexity(test), tokensPerCharacter, began);
      }
      return;
    }
    for (String kind : args[4].split(",", -1)) {
      for (String seed : args[5].split(",", -1)) {
        long began = System.nanoTime();
        double perplexity =
            perplexity(
                kind, size + 1, Long.parseLong(seed), Integer.parseInt(args[3]), train, test);
        print(args[1], kind, Long.parseLong(seed), perplexity, tokensPerCharacter, began);
      }
    }
  }

  private static void print(
      String level, String model, long seed, double perplexity, double perCharacter, long began) {
    System.out.printf(
        Locale.ROOT,
        "%s,%s,%d,%.2f,%.3f,%.1f%n",
        level,
        model,
        seed,
        perplexity,
        Math.log(perplexity) / Math.log(2) * perCharacter,
        (System.nanoTime() - began) * 1e-9);
  }

  private static List<String> sentences(Path file) throws IOException {
    var distinct = new LinkedHashSet<String>();
    for (String line : Files.readAllLines(file)) {
      if (line.contains("\t")) {
        distinct.add(line.substring(0, line.indexOf('\t')));
      }
    }
    List<String> sentences = new ArrayList<>(distinct);
    Collections.shuffle(sentences, new Random(1));
    return sentences;
  }

  private static int[][] marked(int[][] sentences, int end) {
    return Arrays.stream(sentences)
        .map(
            ids -> {
              int[] marked = new int[ids.length + 2];
              marked[0] = end;
              System.arraycopy(ids, 0, marked, 1, ids.length);
              marked[ids.length + 1] = end;
              return marked;
            })
        .toArray(int[][]::new);
  }

  private static double perplexity(
      String kind, int size, long seed, int epochs, int[][] train, int[][] test) {
    Layer recurrent =
        switch (kind) {
          case "simple_rnn" -> simpleRnn(128).returnSequences(true);
          case "lstm" -> lstm(128).returnSequences(true);
          default -> gru(128).returnSequences(true);
        };
    var model =
        Sequential.seeded(
            seed,
            input(Shape.ANY),
            embedding(size, 64).maskZero(true),
            recurrent,
            dense(size, "softmax"));
    model.compile(adam(0.002).clipnorm(1), sparseCategoricalCrossentropy());
    model.fit(samples(train).shuffled(seed), epochs(epochs).verbose(0).seed(seed));
    double sum = 0;
    long count = 0;
    for (int from = 0; from < test.length; from += 100) {
      int[][] part = Arrays.copyOfRange(test, from, Math.min(from + 100, test.length));
      Predictions predictions = model.predict(samples(part));
      for (int i = 0; i < part.length; i++) {
        double[][] probabilities = predictions.getSequence(i);
        for (int t = 1; t < part[i].length; t++) {
          sum += Math.log(probabilities[t - 1][part[i][t]]);
          count++;
        }
      }
    }
    return Math.exp(-sum / count);
  }

  private static Sequences samples(int[][] sentences) {
    int[][] inputs =
        Arrays.stream(sentences)
            .map(ids -> Arrays.copyOf(ids, ids.length - 1))
            .toArray(int[][]::new);
    int[][] targets =
        Arrays.stream(sentences)
            .map(ids -> Arrays.copyOfRange(ids, 1, ids.length))
            .toArray(int[][]::new);
    return Sequences.of(inputs)
        .targets(targets)
        .padding(SequencePadding.post())
        .perBatch()
        .batchSize(64);
  }
}
