package org.unroll.compute;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses the implementation of all arithmetic, once per JVM. The Vector API is used if the module
 * {@code jdk.incubator.vector} is present and the CPU has vectors of at least 128 bits. Otherwise
 * plain loops are used, which are slower. {@link #describe()} reports the choice.
 *
 * <p>Start Java with {@code --add-modules jdk.incubator.vector} to make the module available.
 *
 * <p>Three system properties configure the computation:
 *
 * <ul>
 *   <li>{@code unroll.compute} forces one implementation, {@code vector} or {@code scalar}. If the
 *       forced implementation is not available, the first use throws an exception.
 *   <li>{@code unroll.threads} sets the default number of threads. Without it, all processors are
 *       used.
 *   <li>{@code unroll.vector.bits} ({@code 128}, {@code 256} or {@code 512}) selects another vector
 *       width than the CPU prefers. It is meant for tests.
 * </ul>
 */
public final class Compute {
  static final String PROPERTY = "unroll.compute";

  private static final String MODULE = "jdk.incubator.vector";
  private static final String VECTOR_KERNELS = "org.unroll.compute.VectorKernels";
  private static final String HOW_TO_ADD =
      "start Java with --add-modules "
          + MODULE
          + ", or set JDK_JAVA_OPTIONS=--add-modules="
          + MODULE
          + " in the environment (of the kernel, in a notebook)";

  private Compute() {}

  /**
   * Returns the kernels of this JVM.
   *
   * @throws IllegalStateException if {@code unroll.compute} forces kernels that are not available
   * @hidden
   */
  public static Kernels kernels() {
    return Holder.CHOICE.kernels();
  }

  /**
   * Describes the implementation, its vector width, the JDK and the number of cores in one line. If
   * plain loops are used, the line also explains how to enable vectors.
   *
   * @throws IllegalStateException if {@code unroll.compute} forces an implementation that is not
   *     available
   */
  public static String describe() {
    Choice choice = Holder.CHOICE;
    return choice.kernels().description()
        + ", JDK "
        + Runtime.version()
        + ", "
        + cores()
        + (choice.remark().isEmpty() ? "" : " (" + choice.remark() + ")");
  }

  /**
   * Whether this JVM computes in plain loops only because it was started without the module {@code
   * jdk.incubator.vector}.
   */
  public static boolean lacksVectorModule() {
    return System.getProperty(PROPERTY) == null && !modulePresent();
  }

  private static String cores() {
    int cores = Runtime.getRuntime().availableProcessors();
    return cores == 1 ? "1 core" : cores + " cores";
  }

  /** Returns every implementation that this JVM can run, the scalar one first. */
  static List<Kernels> implementations() {
    List<Kernels> implementations = new ArrayList<>();
    implementations.add(new ScalarKernels());
    if (modulePresent()) {
      try {
        implementations.add(loadVector());
      } catch (VectorUnavailableException e) {
        // This JVM can run the scalar kernels only.
      }
    }
    return implementations;
  }

  /**
   * Returns the kernels that a value of {@code unroll.compute} selects.
   *
   * @param forced the value of the property, or null if it is not set
   */
  static Choice choose(String forced) {
    if (forced == null) {
      return chooseFreely();
    }
    return switch (forced) {
      case "scalar" -> new Choice(new ScalarKernels(), "forced by " + PROPERTY);
      case "vector" -> forceVector();
      default ->
          throw new IllegalStateException(
              "The system property "
                  + PROPERTY
                  + " must be 'vector' or 'scalar', but was '"
                  + forced
                  + "'. Omit it to choose automatically.");
    };
  }

  private static Choice chooseFreely() {
    if (!modulePresent()) {
      return new Choice(new ScalarKernels(), "to use vectors, " + HOW_TO_ADD);
    }
    try {
      return new Choice(loadVector(), "");
    } catch (VectorUnavailableException e) {
      return new Choice(new ScalarKernels(), e.getMessage());
    }
  }

  private static Choice forceVector() {
    if (!modulePresent()) {
      throw new IllegalStateException(
          PROPERTY
              + "=vector requires the module "
              + MODULE
              + ", but this JVM was started without it: "
              + HOW_TO_ADD
              + ".");
    }
    try {
      return new Choice(loadVector(), "forced by " + PROPERTY);
    } catch (VectorUnavailableException e) {
      throw new IllegalStateException(PROPERTY + "=vector is not available: " + e.getMessage(), e);
    }
  }

  private static boolean modulePresent() {
    return ModuleLayer.boot().findModule(MODULE).isPresent();
  }

  /** Loads the class by name, so that no class of the module is needed if the module is missing. */
  private static Kernels loadVector() throws VectorUnavailableException {
    try {
      return Class.forName(VECTOR_KERNELS)
          .asSubclass(Kernels.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      if (cause instanceof ExceptionInInitializerError) {
        cause = cause.getCause();
      }
      if (cause instanceof UnsupportedOperationException || cause instanceof LinkageError) {
        throw new VectorUnavailableException(cause);
      }
      throw new IllegalStateException(cause.getMessage(), cause);
    } catch (ReflectiveOperationException | LinkageError e) {
      throw new VectorUnavailableException(e);
    }
  }

  /** The chosen kernels, and a remark on the choice, which may be empty. */
  record Choice(Kernels kernels, String remark) {}

  private static final class VectorUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    VectorUnavailableException(Throwable cause) {
      super(
          cause instanceof UnsupportedOperationException
              ? "no vectors: " + cause.getMessage()
              : "the vector kernels cannot be loaded on this JVM: " + cause,
          cause);
    }
  }

  private static final class Holder {
    static final Choice CHOICE = choose(System.getProperty(PROPERTY));
  }
}
