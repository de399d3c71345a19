package org.unroll;

import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * Reads and writes models. The file formats are the business of {@code org.unroll.keras}, which
 * stands above this package and so is found as a service; a program calls {@link Sequential#load}
 * and {@link Sequential#save}.
 */
public interface ModelFiles {
  /** See {@link Sequential#load(Path, boolean)}. */
  Sequential load(Path path, boolean compile);

  /** See {@link Sequential#save}. */
  void save(Sequential model, Path path);

  /** The implementation on the class path. */
  static ModelFiles find() {
    // A notebook kernel's context class loader does not always see the library.
    return ServiceLoader.load(ModelFiles.class, ModelFiles.class.getClassLoader())
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "No ModelFiles are on the class path; the unroll jar brings some in"
                        + " META-INF/services."));
  }
}
