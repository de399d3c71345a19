package org.unroll.notebook.kernel;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The Java kernel that executes the cells, as far as showing values goes. The adapters reach their
 * kernel by reflection, so that no kernel is needed to compile or to run this library.
 */
public interface Kernel {

  /**
   * Shows a value now, above the result of the running cell.
   *
   * @param id what {@link #update} calls it by, no other value's
   */
  void display(MimeBundle bundle, String id);

  /** Puts another value in the place of the one that was displayed under this id. */
  void update(MimeBundle bundle, String id);

  /** Says how values of a type look when they are the result of a cell. */
  void onResult(Class<?> type, Function<Object, MimeBundle> view);

  /** The kernel that runs this code; empty in a terminal, in a test or in a kernel not known. */
  static Optional<Kernel> running() {
    return Stream.<Supplier<Optional<Kernel>>>of(
            RapaioKernel::running, JvmKernel::runningIJava, JvmKernel::runningJJava)
        .map(Supplier::get)
        .flatMap(Optional::stream)
        .findFirst();
  }
}
