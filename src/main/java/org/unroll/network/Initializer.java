package org.unroll.network;

import java.util.random.RandomGenerator;
import org.unroll.data.Shape;

/**
 * Sets the initial values of a weight. {@link Initializers} has the initializers of Keras.
 *
 * <p>A custom initializer is a lambda expression. For example, the chrono initializer (Tallec and
 * Ollivier 2018, "Can recurrent neural networks warp time?") sets the biases of the forget gates of
 * an LSTM to log(u), with u uniform on [1, T), and those of the input gates to −log(u). The cell
 * then remembers its input for up to about T time steps. The bias of an LSTM consists of the gates
 * i, f, g and o:
 *
 * <pre>{@code
 * import java.util.Arrays;
 * import org.unroll.network.Initializer;
 *
 * int longest = 240; // T
 * Initializer chrono =
 *     (values, shape, random) -> {
 *       int units = shape.last() / 4;
 *       Arrays.fill(values, 0f);
 *       for (int j = 0; j < units; j++) {
 *         double bias = Math.log(random.nextDouble(1, longest));
 *         values[j] = (float) -bias; // i
 *         values[units + j] = (float) bias; // f
 *       }
 *     };
 * var remembering =
 *     Sequential.of(
 *         input(240, 14), lstm(32).unitForgetBias(false).biasInitializer(chrono), dense(1));
 * }</pre>
 *
 * <p>To save a model with a custom initializer, register it with {@code
 * org.unroll.keras.CustomObjects}.
 */
@FunctionalInterface
public interface Initializer {
  /**
   * Sets the values of a new weight.
   *
   * @param values the values to overwrite, row-major
   * @param shape the shape of the weight. The last two axes are the inputs and the outputs
   * @param random a random number generator, seeded for this weight
   */
  void fill(float[] values, Shape shape, RandomGenerator random);
}
