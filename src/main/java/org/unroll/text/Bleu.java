package org.unroll.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * BLEU, a measure of translations: the share of their sequences of one to four tokens that also
 * occur in reference translations, over all sentences of a corpus.
 *
 * <pre>
 * BLEU = 100 · BP · (p₁·p₂·p₃·p₄)^¼
 *
 * pₙ = Σ min(n-grams in the translation, largest number in one of its references) / Σ n-grams
 * BP = min(1, exp(1 − r/c))
 * </pre>
 *
 * <p>The sums are over all sentences. c is the number of tokens of all translations, and r that of
 * the references whose lengths are closest, the shorter one of two. BLEU is 0 if the translations
 * contain no correct sequence of four tokens. There is no smoothing, so a BLEU of few sentences
 * means little, and values for different tokens cannot be compared.
 *
 * <pre>{@code
 * import org.unroll.text.*;
 *
 * List<String> translation = List.of("Tom", "has", "a", "dog", ".");
 * List<String> reference = List.of("Tom", "has", "got", "a", "dog", ".");
 * Bleu bleu = Bleu.of(List.of(translation), List.of(List.of(reference, translation)));
 * }</pre>
 *
 * <p>Source: Papineni, Roukos, Ward and Zhu 2002, "BLEU: a method for automatic evaluation of
 * machine translation"; sacreBLEU with {@code tokenize="none"} and {@code smooth_method="none"}.
 *
 * @param score from 0 to 100
 * @param precisions p₁ to p₄, from 0 to 1
 * @param brevityPenalty BP, which is below 1 if the translations are shorter than the references
 */
public record Bleu(double score, List<Double> precisions, double brevityPenalty) {
  private static final int LONGEST = 4;

  /** Creates the result. */
  public Bleu {
    precisions = List.copyOf(precisions);
  }

  /**
   * Computes the BLEU of a corpus.
   *
   * @param translations the tokens of each translation
   * @param references for each translation the tokens of one or more correct ones
   * @throws IllegalArgumentException if the lists differ in length or are empty, or a translation
   *     has no reference
   */
  public static Bleu of(List<List<String>> translations, List<List<List<String>>> references) {
    if (translations.isEmpty() || translations.size() != references.size()) {
      throw new IllegalArgumentException(
          "There must be at least one translation and references for each, but there are "
              + translations.size()
              + " translations and references for "
              + references.size()
              + ".");
    }
    long length = 0;
    long referenceLength = 0;
    long[] correct = new long[LONGEST];
    long[] total = new long[LONGEST];
    for (int i = 0; i < translations.size(); i++) {
      List<String> translation = translations.get(i);
      if (references.get(i).isEmpty()) {
        throw new IllegalArgumentException(
            "Each translation must have a reference, but translation " + i + " has none.");
      }
      length += translation.size();
      referenceLength += closest(translation.size(), references.get(i));
      for (int n = 1; n <= LONGEST; n++) {
        total[n - 1] += Math.max(0, translation.size() - n + 1);
        correct[n - 1] += correct(translation, references.get(i), n);
      }
    }
    List<Double> precisions = new ArrayList<>();
    double logarithms = 0;
    for (int n = 0; n < LONGEST; n++) {
      double precision = total[n] == 0 ? 0 : (double) correct[n] / total[n];
      precisions.add(precision);
      logarithms += Math.log(precision) / LONGEST;
    }
    double penalty = length == 0 ? 0 : Math.exp(Math.min(0, 1 - (double) referenceLength / length));
    return new Bleu(100 * penalty * Math.exp(logarithms), precisions, penalty);
  }

  private static int closest(int length, List<List<String>> references) {
    int best = references.get(0).size();
    for (List<String> reference : references) {
      int size = reference.size();
      int difference = Math.abs(size - length) - Math.abs(best - length);
      if (difference < 0 || (difference == 0 && size < best)) {
        best = size;
      }
    }
    return best;
  }

  private static long correct(List<String> translation, List<List<String>> references, int n) {
    Map<List<String>, Integer> allowed = new HashMap<>();
    for (List<String> reference : references) {
      counts(reference, n).forEach((gram, count) -> allowed.merge(gram, count, Math::max));
    }
    long correct = 0;
    for (Map.Entry<List<String>, Integer> gram : counts(translation, n).entrySet()) {
      correct += Math.min(gram.getValue(), allowed.getOrDefault(gram.getKey(), 0));
    }
    return correct;
  }

  private static Map<List<String>, Integer> counts(List<String> tokens, int n) {
    Map<List<String>, Integer> counts = new HashMap<>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      counts.merge(tokens.subList(i, i + n), 1, Integer::sum);
    }
    return counts;
  }

  /** Returns the score, the precisions in percent, and the brevity penalty. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "BLEU %.1f (precisions %.1f/%.1f/%.1f/%.1f %%, brevity penalty %.3f)",
        score,
        100 * precisions.get(0),
        100 * precisions.get(1),
        100 * precisions.get(2),
        100 * precisions.get(3),
        brevityPenalty);
  }
}
