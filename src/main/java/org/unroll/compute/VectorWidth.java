package org.unroll.compute;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Chooses the vector width, once, for all vector kernels of this JVM. */
final class VectorWidth {
  static final String PROPERTY = "unroll.vector.bits";

  static final VectorSpecies<Float> FLOATS = choose();

  /** The number of floats in a vector. */
  static final int LANES = FLOATS.length();

  /** Whether the CPU has 32 vector registers (AVX-512 with vectors of any length, ARM), not 16. */
  static final boolean MANY_REGISTERS =
      !onX86() || FloatVector.SPECIES_PREFERRED.vectorBitSize() >= 512 || jvmFlag("UseAVX") >= 3;

  private VectorWidth() {}

  private static VectorSpecies<Float> choose() {
    VectorSpecies<Float> preferred = FloatVector.SPECIES_PREFERRED;
    int bits = preferred.vectorBitSize();
    if (bits < 128) {
      throw new UnsupportedOperationException(
          "vectors must have at least 128 bits, but this JVM (with the C2 compiler, on this CPU)"
              + " supports only shorter ones");
    }
    // On x86, fused multiply-add came together with 256-bit integers. Without it, the Vector API
    // calls a method for each element. A JVM with -XX:MaxVectorSize=16 has it all the same.
    if (onX86() && bits < 256 && jvmFlag("UseFMA") == 0) {
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
                  + " must be 128, 256 or 512, but was '"
                  + property
                  + "'. Omit it to use the width that the CPU prefers.");
    };
  }

  /**
   * Returns the value of a flag, 1 for true; 0 if this JVM does not have it. Takes milliseconds.
   */
  private static int jvmFlag(String name) {
    try {
      var jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      String value = jvm == null ? "0" : jvm.getVMOption(name).getValue();
      return value.equals("true") ? 1 : value.equals("false") ? 0 : Integer.parseInt(value);
    } catch (IllegalArgumentException e) {
      return 0;
    }
  }

  private static boolean onX86() {
    String architecture = System.getProperty("os.arch");
    return architecture.equals("amd64") || architecture.equals("x86_64");
  }
}
