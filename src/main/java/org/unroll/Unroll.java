package org.unroll;

import org.unroll.internal.DefaultSeed;

/** Settings for all models of a program. */
public final class Unroll {
  private Unroll() {}

  /**
   * Sets the seed of everything that is created without a seed, as Keras's {@code set_random_seed}:
   * the initial weights of a model, dropout and noise in {@code fit}, a {@code Comparison} and a
   * tuner. The default is 0.
   *
   * <pre>{@code
   * import org.unroll.Unroll;
   *
   * Unroll.setRandomSeed(42);
   * var seeded = Sequential.of(input(240, 14), gru(8).dropout(0.2), dense(1));
   * seeded.compile(adam(), mae());
   * seeded.fit(train, epochs(1).stepsPerEpoch(2)); // the same weights in every run
   * Unroll.setRandomSeed(0);
   * }</pre>
   *
   * <p>It affects the objects that are created after the call, in all threads. A seed that is given
   * to {@code Sequential.seeded}, to {@code FitOptions.seed} or to another method is used instead.
   * The order of samples depends only on the seed of {@code shuffled(seed)}.
   *
   * <p>Unlike in Keras, random numbers are not drawn from one stream: two models with the same
   * layers begin with the same weights, whatever else was created before them.
   *
   * @param seed any number
   */
  public static void setRandomSeed(long seed) {
    DefaultSeed.set(seed);
  }
}
