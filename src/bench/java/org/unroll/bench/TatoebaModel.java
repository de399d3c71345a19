package org.unroll.bench;

import static org.unroll.layers.Layers.attention;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;
import static org.unroll.optimizers.Optimizers.adam;
import static org.unroll.optimizers.Schedules.cosineDecay;
import static org.unroll.training.FitOptions.epochs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.unroll.Model;
import org.unroll.SequenceDecoder;
import org.unroll.data.Samples;
import org.unroll.data.Shape;
import org.unroll.text.Bleu;
import org.unroll.text.TextVectorization;
import org.unroll.text.Vocabulary;

/**
 * Trains the model {@code data/tatoeba_gru.keras} of notebook 11, an encoder and a decoder with
 * attention, on the English and German sentences of {@code data/tatoeba_eng_deu.txt}. Two runs
 * write the same weights.
 */
final class TatoebaModel {
  private static final int HELD_OUT = 2_000;
  private static final int TOKENS = 2_000;
  private static final int LONGEST = 7;

  private TatoebaModel() {}

  /**
   * Trains the model, prints the BLEU of held-out sentences, and writes it without its optimizer.
   *
   * @param args the file to write; the number of epochs (default 24); and "plain" for a model
   *     without attention
   */
  public static void main(String[] args) throws IOException {
    int epochCount = args.length > 1 ? Integer.parseInt(args[1]) : 24;
    boolean attends = args.length < 3;
    List<String[]> pairs =
        Files.readAllLines(Path.of("data/tatoeba_eng_deu.txt")).stream()
            .map(line -> line.split("\t"))
            .toList();
    // Pairs that differ only in the translation, in case or in punctuation are on the same side.
    UnaryOperator<String> key = s -> s.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 ]", "");
    List<String> keys =
        new ArrayList<>(pairs.stream().map(pair -> key.apply(pair[0])).distinct().toList());
    Collections.shuffle(keys, new Random(1));
    Set<String> heldOut = new HashSet<>(keys.subList(0, HELD_OUT));
    List<String[]> known =
        pairs.stream().filter(pair -> !heldOut.contains(key.apply(pair[0]))).toList();
    TextVectorization english = vectorization(known.stream().map(pair -> pair[0]).toList());
    TextVectorization german = vectorization(known.stream().map(pair -> pair[1]).toList());
    List<String[]> training =
        known.stream().filter(p -> fits(english, p[0]) && fits(german, p[1])).toList();
    List<String[]> validation =
        pairs.stream()
            .filter(pair -> heldOut.contains(key.apply(pair[0])))
            .filter(p -> fits(english, p[0]) && fits(german, p[1]))
            .toList();
    Samples train = samples(training, english, german).batchSize(64).shuffled(1);
    Samples val = samples(validation, english, german).batchSize(64);
    System.out.printf("%d pairs, %d held out%n", training.size(), validation.size());

    int start = german.vocabulary().size();
    Model model = model(english.vocabulary().size(), start + 2, attends);
    System.out.println(model.summary());
    long steps = (long) epochCount * train.batches();
    model.compile(
        adam().learningRate(cosineDecay(0.004, steps)).clipnorm(1),
        sparseCategoricalCrossentropy(),
        "accuracy");
    model.fit(train, epochs(epochCount).validation(val));
    // All translations of a held-out sentence are references, also those with unknown words.
    Map<String, List<List<String>>> references = new LinkedHashMap<>();
    for (String[] pair : pairs) {
      if (heldOut.contains(key.apply(pair[0])) && fits(english, pair[0])) {
        references
            .computeIfAbsent(pair[0], sentence -> new ArrayList<>())
            .add(german.tokens(pair[1]));
      }
    }
    var decoder = SequenceDecoder.of(model, start, start + 1).maxLength(LONGEST);
    Samples sources = Samples.of(ids(List.copyOf(references.keySet()), english));
    for (int width : new int[] {1, 4}) {
      List<List<String>> translations = new ArrayList<>();
      for (int[] ids : decoder.beam(sources, width)) {
        translations.add(Arrays.stream(ids).mapToObj(german.vocabulary()::token).toList());
      }
      System.out.printf(
          "beam %d, %d sentences: %s%n",
          width, translations.size(), Bleu.of(translations, List.copyOf(references.values())));
    }
    PersuasionModel.saveWithoutOptimizer(
        model, model(english.vocabulary().size(), start + 2, attends), Path.of(args[0]));
  }

  private static Model model(int sourceIds, int targetIds, boolean attends) {
    var source = input(Shape.ANY);
    var prefix = input(Shape.ANY);
    var words = dropout(0.2).on(embedding(sourceIds, 48).maskZero(true).on(source));
    var encoder = bidirectional(gru(64).returnSequences(true).returnState(true)).on(words);
    var written = dropout(0.2).on(embedding(targetIds, 48).maskZero(true).on(prefix));
    var decoder = gru(128).returnSequences(true).on(written, concatenate().on(encoder.states()));
    var all = attends ? concatenate().on(decoder, attention().on(decoder, encoder)) : decoder;
    var hidden = dropout(0.2).on(dense(64, "tanh").on(all));
    return Model.seeded(
        0, List.of(source, prefix), List.of(dense(targetIds, "softmax").on(hidden)));
  }

  private static TextVectorization vectorization(List<String> texts) {
    return TextVectorization.wordsAndPunctuation().maxTokens(TOKENS).adapt(texts);
  }

  /** Returns whether a sentence is short and has no unknown word. */
  private static boolean fits(TextVectorization vectorization, String text) {
    int[] ids = vectorization.vectorize(text);
    for (int id : ids) {
      if (id == Vocabulary.UNKNOWN) {
        return false;
      }
    }
    return ids.length <= LONGEST;
  }

  private static Samples samples(
      List<String[]> pairs, TextVectorization english, TextVectorization german) {
    int start = german.vocabulary().size();
    int[][] written = new int[pairs.size()][LONGEST + 1];
    int[][] targets = new int[pairs.size()][LONGEST + 1];
    for (int i = 0; i < written.length; i++) {
      int[] ids = german.vectorize(pairs.get(i)[1]);
      written[i][0] = start;
      System.arraycopy(ids, 0, written[i], 1, ids.length);
      System.arraycopy(ids, 0, targets[i], 0, ids.length);
      targets[i][ids.length] = start + 1;
    }
    return Samples.of(ids(pairs.stream().map(pair -> pair[0]).toList(), english), written)
        .targets(targets);
  }

  /** Returns the ids of sentences, padded with zeros. */
  private static int[][] ids(List<String> texts, TextVectorization vectorization) {
    int[][] ids = new int[texts.size()][LONGEST];
    for (int i = 0; i < ids.length; i++) {
      int[] of = vectorization.vectorize(texts.get(i));
      System.arraycopy(of, 0, ids[i], 0, of.length);
    }
    return ids;
  }
}
