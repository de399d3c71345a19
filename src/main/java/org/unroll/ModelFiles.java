package org.unroll;

import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * Reads and writes models for {@link Sequential#load} and {@link Sequential#save}. The
 * implementation is in {@code org.unroll.keras}, which depends on this package and is therefore
 * found as a service.
 *
 * @hidden
 */
public interface ModelFiles {
  /** Loads a model; see {@link Sequential#load(Path, boolean)}. */
  Sequential load(Path path, boolean compile);

  /** Saves a model; see {@link Sequential#save}. */
  void save(Sequential model, Path path);

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
