package org.unroll.compute;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The vectors that all vector kernels of this JVM use. */
final class VectorWidth {
  static final String PROPERTY = "unroll.vector.bits";

  static final VectorSpecies<Float> FLOATS = choose();

  /** Floats in a vector. */
  static final int LANES = FLOATS.length();

  /** Whether the CPU has 32 vector registers (AVX-512, ARM) or 16. */
  static final boolean MANY_REGISTERS =
      !onX86() || FloatVector.SPECIES_PREFERRED.vectorBitSize() >= 512;

  private VectorWidth() {}

  private static VectorSpecies<Float> choose() {
    VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
    int bits = preferred.vectorBitSize();
    if (bits < 128) {
      throw new UnsupportedOperationException(
          "this JVM uses no vectors of 128 bits or more (with the C2 compiler and on this CPU)");
    }
    // x86 got fused multiply-add together with 256-bit integers; without it the Vector API calls a
    // method per element.
    if (onX86() && bits < 256) {
      throw new UnsupportedOperationException("this CPU has no fused multiply-add (AVX2)");
    }
    String property = System.getProperty(PROPERTY);
    if (property == null) {
      return bits <= 512 ? preferred : FloatVector.SPECIES_512;
    }
    return switch (property) {
      case "128", "256", "512" ->
          VectorSpecies.of(float.class, VectorShape.forBitSize(Integer.parseInt(property)));
      default ->
          throw new IllegalStateException(
              "The system property "
                  + PROPERTY
                  + " is '"
                  + property
                  + "'; it can be 128, 256 or 512, or be left out.");
    };
  }

  private static boolean onX86() {
    String architecture = System.getProperty("os.arch");
    return architecture.equals("amd64") || architecture.equals("x86_64");
  }
}
