package org.unroll;

/**
 * Options of {@link Sequential#loadWeights}, as Keras's {@code load_weights(path, by_name,
 * skip_mismatch)}.
 *
 * <p>By default, the layers of the file correspond to those of the model in their order: in {@code
 * .weights.h5} and {@code .keras} files for each class of layers, in other {@code .h5} files for
 * all layers with weights. Everything must fit.
 *
 * <pre>{@code
 * Path file = Path.of(System.getProperty("java.io.tmpdir"), "model.weights.h5");
 * var model = Sequential.of(input(2), dense(3), dense(1));
 * model.saveWeights(file);
 * var other = Sequential.of(input(2), dense(3), dense(5)); // another last layer
 * var skipped = other.loadWeights(file, WeightLoading.SKIP_MISMATCH);
 * }</pre>
 */
public enum WeightLoading {
  /**
   * Loads weights into the layers with the same names as in the file. Layers without a counterpart
   * are left out and reported. Only {@code .h5} files of whole models and of {@code save_weights}
   * of Keras 2 contain the names.
   */
  BY_NAME,

  /**
   * Leaves out layers whose weights have other shapes or another number, and reports them. A layer
   * is loaded completely or not at all.
   */
  SKIP_MISMATCH
}
