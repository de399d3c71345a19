package org.unroll.bench.claims;

import static org.unroll.callbacks.Callbacks.lambdaCallback;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.input;
import static org.unroll.optimizers.Optimizers.adam;

import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.unroll.Sequential;
import org.unroll.data.Samples;
import org.unroll.internal.SplitMix64;
import org.unroll.plots.Plots;
import org.unroll.training.FitOptions;

/**
 * Measures the example of C. Olah's "Understanding LSTM networks": a language model must remember
 * the gender of the current subject to predict a pronoun, and forget it when it sees a new subject.
 *
 * <p>A text has 48 words. A sentence begins with a period and its subject, followed by phrases of
 * two words: a preposition and another person, or a verb and an adverb. The last subject stands a
 * given number of words before the end, and the next word is "he" or "she". In training, the
 * persons between have random genders, so that their genders say nothing about the pronoun. In the
 * test, all of them have the other gender, and there is at least one. Guessing has an accuracy of
 * 0.5; the gender of the last person is always wrong. Training stops at an accuracy of 0.998 on the
 * training set or after 24 epochs.
 */
final class GenderAgreement {
  private static final List<String> KINDS = List.of("SimpleRNN", "LSTM", "GRU");
  private static final int[] DISTANCES = {2, 6, 12, 24, 40};
  private static final int LENGTH = 48;
  private static final double LEARNED = 0.998;
  private static final List<String> MEN = List.of("man", "boy", "king", "father", "uncle", "actor");
  private static final List<String> WOMEN =
      List.of("woman", "girl", "queen", "mother", "aunt", "actress");
  private static final List<String> PREPOSITIONS = List.of("near", "behind", "with", "beside");
  private static final List<String> VERBS = List.of("walked", "sang", "slept", "waited", "laughed");
  private static final List<String> ADVERBS = List.of("slowly", "loudly", "often", "alone");
  private static final List<String> WORDS =
      Stream.of(List.of(".", "he", "she"), MEN, WOMEN, PREPOSITIONS, VERBS, ADVERBS)
          .flatMap(List::stream)
          .toList();

  private enum Between {
    RANDOM,
    OTHER_GENDER
  }

  private record Text(List<String> words, String pronoun) {}

  private GenderAgreement() {}

  /**
   * Prints the measurements.
   *
   * @param args none
   */
  public static void main(String[] args) throws IOException {
    var claim = new Claim(GenderAgreement.class);
    Text example = text(12, Between.OTHER_GENDER, new SplitMix64(1));
    System.out.println(
        "Distance 12: … "
            + String.join(" ", example.words.subList(24, LENGTH))
            + " | "
            + example.pronoun);
    for (String kind : KINDS) {
      for (int seed = 1; seed <= Claim.SEEDS; seed++) {
        measure(claim, kind, seed);
      }
    }
    claim.print();
    for (String kind : List.of("LSTM", "GRU")) {
      for (int distance : new int[] {2, 40}) {
        String column = column(distance);
        Claim.verdict(
            "a cell state keeps the gender of the subject where a simple RNN forgets it",
            claim.smaller(column, "SimpleRNN", kind),
            column
                + ": "
                + kind
                + " "
                + claim.text(kind, column)
                + ", SimpleRNN "
                + claim.text("SimpleRNN", column)
                + ".");
      }
    }
    Map<String, double[]> lines = new LinkedHashMap<>();
    for (String kind : KINDS) {
      lines.put(
          kind, Arrays.stream(DISTANCES).mapToDouble(d -> claim.mean(kind, column(d))).toArray());
    }
    claim.save(
        "",
        Plots.lines(
            "Pronoun agrees with the subject",
            "words since the subject",
            "test accuracy",
            Arrays.stream(DISTANCES).asDoubleStream().toArray(),
            lines));
  }

  private static void measure(Claim claim, String kind, int seed) {
    Sequential model =
        Sequential.seeded(
            seed,
            input(LENGTH),
            embedding(WORDS.size(), 16),
            Claim.recurrent(kind, 32),
            dense(WORDS.size(), "softmax"));
    model.compile(adam(0.003).clipnorm(1), "sparse_categorical_crossentropy", "accuracy");
    Samples train = samples(6000, DISTANCES, Between.RANDOM, seed).batchSize(64).shuffled(seed);
    var untilLearned =
        lambdaCallback()
            .onEpochEnd(
                (training, epoch, logs) -> {
                  if (logs.get("accuracy") >= LEARNED) {
                    training.stop();
                  }
                });
    model.fit(train, FitOptions.epochs(24).seed(seed).verbose(0).callbacks(untilLearned));
    for (int distance : DISTANCES) {
      Samples test = samples(1000, new int[] {distance}, Between.OTHER_GENDER, 1000 + seed);
      claim.add(kind, column(distance), model.evaluate(test).get("accuracy"));
    }
    claim.add(kind, "epochs", model.history().epochs());
    claim.add(kind, "parameters", model.parameters());
    claim.add(kind, "training (s)", model.history().seconds().stream().mapToDouble(s -> s).sum());
  }

  private static Samples samples(int count, int[] distances, Between between, long seed) {
    var random = new SplitMix64(seed);
    int[][] ids = new int[count][];
    int[] next = new int[count];
    for (int i = 0; i < count; i++) {
      Text text = text(distances[random.nextInt(distances.length)], between, random);
      ids[i] = text.words.stream().mapToInt(WORDS::indexOf).toArray();
      next[i] = WORDS.indexOf(text.pronoun);
    }
    return Samples.of(ids).targets(next);
  }

  /** Generates a text whose last subject is followed by the given, even number of words. */
  private static Text text(int distance, Between between, RandomGenerator random) {
    String[] words = new String[LENGTH];
    int subject = LENGTH - 1 - distance;
    boolean isMan = random.nextBoolean();
    // Sentences before the last one begin at random, so that a new subject is not unusual.
    for (int t = (subject + 1) % 2; t < LENGTH; t += 2) {
      boolean begins = t == subject - 1 || (t < subject && random.nextInt(4) == 0);
      boolean isPerson = random.nextInt(3) == 0;
      if (begins) {
        words[t] = ".";
        words[t + 1] = person(t == subject - 1 ? isMan : random.nextBoolean(), random);
      } else if (isPerson) {
        boolean other = between == Between.OTHER_GENDER && t > subject;
        words[t] = any(PREPOSITIONS, random);
        words[t + 1] = person(other ? !isMan : random.nextBoolean(), random);
      } else {
        words[t] = any(VERBS, random);
        words[t + 1] = any(ADVERBS, random);
      }
    }
    if (between == Between.OTHER_GENDER) {
      int at = subject + 1 + 2 * random.nextInt(distance / 2);
      words[at] = any(PREPOSITIONS, random);
      words[at + 1] = person(!isMan, random);
    }
    return new Text(List.of(words), isMan ? "he" : "she");
  }

  private static String person(boolean isMan, RandomGenerator random) {
    return any(isMan ? MEN : WOMEN, random);
  }

  private static String any(List<String> words, RandomGenerator random) {
    return words.get(random.nextInt(words.size()));
  }

  private static String column(int distance) {
    return "accuracy, distance " + distance;
  }
}
