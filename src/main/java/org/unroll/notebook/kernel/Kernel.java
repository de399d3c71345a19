package org.unroll.notebook.kernel;

import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The Java kernel that executes the cells, reduced to what displays values. Adapters call their
 * kernel by reflection, so that no kernel is needed to compile or run this library.
 */
public interface Kernel {

  /**
   * Displays a value immediately, above the result of the running cell.
   *
   * @param id a unique id for {@link #update}
   */
  void display(MimeBundle bundle, String id);

  /** Replaces the value that was displayed with this id. */
  void update(MimeBundle bundle, String id);

  /** Registers the view for values of a type that are the result of a cell. */
  void onResult(Class<?> type, Function<Object, MimeBundle> view);

  /** Returns the kernel that runs this code; empty in a terminal, a test or an unknown kernel. */
  static Optional<Kernel> running() {
    return Stream.<Supplier<Optional<Kernel>>>of(
            RapaioKernel::running, JvmKernel::runningIJava, JvmKernel::runningJJava)
        .map(Supplier::get)
        .flatMap(Optional::stream)
        .findFirst();
  }
}
