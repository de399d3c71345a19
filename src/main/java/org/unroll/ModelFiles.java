package org.unroll;

import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * Reads and writes models for {@link Model#load} and {@link Model#save}. The implementation is in
 * {@code org.unroll.keras}, which depends on this package and is therefore found as a service.
 *
 * @hidden
 */
public interface ModelFiles {
  /** Loads a model; see {@link Model#load(Path, boolean)}. */
  Model load(Path path, boolean compile);

  /** Saves a model; see {@link Model#save}. */
  void save(Model model, Path path);

  /**
   * Checks that a model can be saved, without writing anything.
   *
   * @throws IllegalArgumentException if it cannot
   */
  void requireSavable(Model model);

  /** Writes the Python classes of a model; see {@link Model#savePython}. */
  void savePython(Model model, Path path);

  /** Saves the weights of a model; see {@link Model#saveWeights}. */
  void saveWeights(Model model, Path path);

  /** Loads weights into a model; see {@link Model#loadWeights}. */
  List<String> loadWeights(Model model, Path path, Set<WeightLoading> options);

  /** Returns the implementation on the class path. */
  static ModelFiles find() {
    // A notebook kernel's context class loader does not always see the library.
    return ServiceLoader.load(ModelFiles.class, ModelFiles.class.getClassLoader())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "An implementation of ModelFiles must be on the class path, but there is none."
                        + " Use the complete unroll jar with its META-INF/services."));
  }
}
