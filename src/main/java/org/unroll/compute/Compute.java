package org.unroll.compute;

import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;

/**
 * Chooses the arithmetic, once per JVM: the Vector API where the module {@code
 * jdk.incubator.vector} is present and the CPU has vectors of at least 128 bits, else plain loops.
 *
 * <p>The system property {@code unroll.compute} forces one of the two, {@code vector} or {@code
 * scalar}; a forced one that cannot be loaded is an error. {@code unroll.vector.bits} ({@code 128},
 * {@code 256} or {@code 512}) takes narrower or wider vectors than the CPU prefers, for tests.
 */
public final class Compute {
  static final String PROPERTY = "unroll.compute";

  private static final String MODULE = "jdk.incubator.vector";
  private static final String VECTOR_KERNELS = "org.unroll.compute.VectorKernels";
  private static final String HOW_TO_ADD =
      "start java with --add-modules "
          + MODULE
          + ", or set JDK_JAVA_OPTIONS=--add-modules="
          + MODULE
          + " in the environment (in a notebook: of the kernel)";

  private Compute() {}

  /**
   * The kernels of this JVM.
   *
   * @throws IllegalStateException if {@code unroll.compute} forces kernels that cannot be loaded
   */
  public static Kernels kernels() {
    return Holder.CHOICE.kernels();
  }

  /** One line for people: the implementation, its vectors, the JDK and the number of cores. */
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

  /** Every implementation that this JVM can run, the scalar one first. */
  static List<Kernels> implementations() {
    List<Kernels> implementations = new ArrayList<>();
    implementations.add(new ScalarKernels());
    if (modulePresent()) {
      try {
        implementations.add(loadVector());
      } catch (VectorUnavailableException e) {
        // The scalar kernels are what such a JVM has.
      }
    }
    return implementations;
  }

  /**
   * The kernels that a value of {@code unroll.compute} asks for.
   *
   * @param forced the value of the property, null if it is not set
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
                  + " is '"
                  + forced
                  + "'; it can be 'vector' or 'scalar', or be left out.");
    };
  }

  private static Choice chooseFreely() {
    if (!modulePresent()) {
      return new Choice(new ScalarKernels(), "for vectors, " + HOW_TO_ADD);
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
              + "=vector needs the module "
              + MODULE
              + ", which this JVM was started without: "
              + HOW_TO_ADD
              + ".");
    }
    try {
      return new Choice(loadVector(), "forced by " + PROPERTY);
    } catch (VectorUnavailableException e) {
      throw new IllegalStateException(PROPERTY + "=vector cannot be had: " + e.getMessage(), e);
    }
  }

  private static boolean modulePresent() {
    return ModuleLayer.boot().findModule(MODULE).isPresent();
  }

  /** By name, so that no class of the module is touched where it is missing. */
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

  /** What was chosen, and what a person should know about it (empty if nothing). */
  record Choice(Kernels kernels, String remark) {}

  private static final class VectorUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    VectorUnavailableException(Throwable cause) {
      super(
          cause instanceof UnsupportedOperationException
              ? "no vectors: " + cause.getMessage()
              : "the vector kernels do not load on this JVM: " + cause,
          cause);
    }
  }

  private static final class Holder {
    static final Choice CHOICE = choose(System.getProperty(PROPERTY));
  }
}
