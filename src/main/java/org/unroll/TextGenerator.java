package org.unroll;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.unroll.data.Shape;
import org.unroll.internal.DefaultSeed;
import org.unroll.internal.SplitMix64;
import org.unroll.text.NGramModel;
import org.unroll.text.Sampler;
import org.unroll.text.TextVectorization;
import org.unroll.text.Vocabulary;

/**
 * Continues texts with a language model of words or characters, token by token.
 *
 * <p>The model takes token ids and returns the probabilities of the next token, as for {@link
 * org.unroll.text.TokenWindows}. It reads the prompt once and keeps its state between the tokens,
 * so the cost of a token does not depend on the length of the text.
 *
 * <pre>{@code
 * import org.unroll.text.*;
 *
 * var letters = TextVectorization.characters().adapt(List.of("the cat sat on the mat."));
 * int ids = letters.vocabulary().size();
 * var writer = Sequential.of(input(Shape.ANY), embedding(ids, 8), gru(16), dense(ids, "softmax"));
 * var generator = TextGenerator.of(writer, letters).sampler(Sampler.random().temperature(0.7));
 * String text = generator.generate("the c", 20); // the prompt and 20 more characters
 * }</pre>
 *
 * <p>Padding and the unknown token are never generated. Unknown tokens of the prompt are read as
 * such and remain in the text. Defaults: a random sampler with temperature 1, and the default seed.
 * Immutable: each setting returns a new object.
 */
public final class TextGenerator {
  private static final int NO_END = -1;

  /** Starts a text: the function takes the next token and returns the probabilities after it. */
  private final Supplier<IntFunction<double[]>> model;

  private final TextVectorization vectorization;
  private final Sampler sampler;
  private final int end;
  private final long seed;

  private TextGenerator(
      Supplier<IntFunction<double[]>> model,
      TextVectorization vectorization,
      Sampler sampler,
      int end,
      long seed) {
    this.model = model;
    this.vectorization = vectorization;
    this.sampler = sampler;
    this.end = end;
    this.seed = seed;
  }

  /**
   * Creates a generator for a network.
   *
   * @param model a model that a {@link Stepper} can run, with one output for each token of the
   *     vocabulary
   * @param vectorization the vectorization of the training texts, with its vocabulary
   * @throws IllegalArgumentException if the number of outputs is not the size of the vocabulary
   * @throws IllegalStateException if the vectorization has no vocabulary
   */
  public static TextGenerator of(Model model, TextVectorization vectorization) {
    List<Shape> inputs = model.network().inputShapes();
    requireSize(model.network().outputShapes(inputs).get(0).last(), vectorization);
    return of(
        () -> {
          Stepper stepper = model.stepper();
          return id -> stepper.step(id);
        },
        vectorization);
  }

  /**
   * Creates a generator for an n-gram model.
   *
   * @param vectorization the vectorization of the training texts, with its vocabulary
   * @throws IllegalArgumentException if the number of ids is not the size of the vocabulary
   * @throws IllegalStateException if the vectorization has no vocabulary
   */
  public static TextGenerator of(NGramModel model, TextVectorization vectorization) {
    requireSize(model.size(), vectorization);
    return of(
        () -> {
          List<Integer> context = new ArrayList<>();
          return id -> {
            context.add(id);
            if (context.size() >= model.order()) { // only n - 1 tokens count
              context.remove(0);
            }
            return model.probabilities(context.stream().mapToInt(Integer::intValue).toArray());
          };
        },
        vectorization);
  }

  private static TextGenerator of(
      Supplier<IntFunction<double[]>> model, TextVectorization vectorization) {
    return new TextGenerator(model, vectorization, Sampler.random(), NO_END, DefaultSeed.get());
  }

  private static void requireSize(int outputs, TextVectorization vectorization) {
    int size = vectorization.vocabulary().size();
    if (outputs != size) {
      throw new IllegalArgumentException(
          "The model must have one output for each of the "
              + size
              + " tokens of the vocabulary, but has "
              + outputs
              + ".");
    }
  }

  /** Sets how the next token is drawn. */
  public TextGenerator sampler(Sampler newSampler) {
    return new TextGenerator(model, vectorization, newSampler, end, seed);
  }

  /** Sets the seed of the draws. The same seed and prompt give the same text. */
  public TextGenerator seed(long newSeed) {
    return new TextGenerator(model, vectorization, sampler, end, newSeed);
  }

  /**
   * Sets a token that ends the text, such as "." or a line break; none by default. It is the last
   * token of the text.
   *
   * @throws IllegalArgumentException if it is not in the vocabulary
   */
  public TextGenerator end(String token) {
    int id = vectorization.vocabulary().id(token);
    if (id == Vocabulary.UNKNOWN) {
      throw new IllegalArgumentException(
          "The end of a text must be a token of the vocabulary, but \"" + token + "\" is not.");
    }
    return new TextGenerator(model, vectorization, sampler, id, seed);
  }

  /**
   * Continues a text.
   *
   * @param prompt the beginning of the text, with at least one token
   * @param count the number of tokens to generate, or the largest number if there is an {@link
   *     #end}
   * @return the prompt and the tokens that follow it
   * @throws IllegalArgumentException if the prompt contains no token or {@code count} is negative
   * @throws CancellationException if the thread is interrupted
   */
  public String generate(String prompt, int count) {
    List<String> tokens = new ArrayList<>(vectorization.tokens(prompt));
    if (tokens.isEmpty() || count < 0) {
      throw new IllegalArgumentException(
          "The prompt must contain at least one token and count must not be negative, but they were"
              + " \""
              + prompt
              + "\" and "
              + count
              + ".");
    }
    IntFunction<double[]> stepper = model.get();
    double[] next = null;
    for (String token : tokens) {
      next = stepper.apply(vectorization.vocabulary().id(token));
    }
    Sampler known = sampler.without(Vocabulary.PADDING, Vocabulary.UNKNOWN);
    var random = new SplitMix64(SplitMix64.mix(seed));
    int read = vectorization.join(tokens).length();
    for (int i = 0; i < count; i++) {
      if (Thread.currentThread().isInterrupted()) {
        throw new CancellationException(
            "The generator was interrupted before the end of the text, so there is no result. Call"
                + " it again.");
      }
      int id = known.draw(next, random);
      tokens.add(vectorization.vocabulary().token(id));
      if (id == end) {
        break;
      }
      next = stepper.apply(id);
    }
    return prompt + vectorization.join(tokens).substring(read);
  }

  @Override
  public String toString() {
    return "text generator of " + vectorization + ", " + sampler;
  }
}
