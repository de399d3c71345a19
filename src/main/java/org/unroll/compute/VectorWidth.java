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

  /** Whether the CPU has 32 vector registers (AVX-512, ARM) rather than 16. */
  static final boolean MANY_REGISTERS =
      !onX86() || FloatVector.SPECIES_PREFERRED.vectorBitSize() >= 512;

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
    if (onX86() && bits < 256 && !usesFusedMultiplyAdd()) {
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

  /** Asks the JVM, which takes some milliseconds. */
  private static boolean usesFusedMultiplyAdd() {
    try {
      HotSpotDiagnosticMXBean jvm =
          ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
      return jvm != null && Boolean.parseBoolean(jvm.getVMOption("UseFMA").getValue());
    } catch (IllegalArgumentException e) {
      return false; // a JVM without this option
    }
  }

  private static boolean onX86() {
    String architecture = System.getProperty("os.arch");
    return architecture.equals("amd64") || architecture.equals("x86_64");
  }
}
