package org.unroll.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

class ComputeTest {
  @Test
  void returnsTheSameKernelsOnEachCall() {
    assertSame(Compute.kernels(), Compute.kernels());
  }

  @Test
  void describesTheImplementationInOneLine() {
    String line = Compute.describe();
    assertTrue(line.startsWith(Compute.kernels().description()), line);
    assertTrue(line.contains("JDK " + Runtime.version()), line);
    assertTrue(line.contains("core"), line);
    assertEquals(1, line.lines().count(), line);
  }

  @Test
  void usesScalarKernelsWhenForced() {
    assertEquals(ScalarKernels.class, Compute.choose("scalar").kernels().getClass());
  }

  @Test
  void loadsBothImplementations() {
    assertEquals(2, Compute.implementations().size());
    assertTrue(Compute.choose("vector").kernels() instanceof VectorKernels);
    assertTrue(Compute.choose(null).kernels() instanceof VectorKernels);
  }

  @Test
  void fallsBackToPlainLoopsAndExplainsHowToAddTheModule() throws Exception {
    String line = NewJvm.run(Describe.class);
    assertTrue(line.startsWith("Plain loops, JDK "), line);
    assertTrue(line.contains("--add-modules jdk.incubator.vector"), line);
    assertTrue(line.contains("JDK_JAVA_OPTIONS=--add-modules=jdk.incubator.vector"), line);
  }

  @Test
  void rejectsForcedVectorsWithoutTheModuleAndNamesTheFlag() throws Exception {
    String error = NewJvm.run(Describe.class, "-Dunroll.compute=vector");
    assertTrue(error.startsWith("IllegalStateException: unroll.compute=vector requires"), error);
    assertTrue(error.contains("--add-modules jdk.incubator.vector"), error);
    assertTrue(error.contains("JDK_JAVA_OPTIONS=--add-modules=jdk.incubator.vector"), error);
  }

  @Test
  void rejectsAnUnknownVectorWidth() throws Exception {
    String error =
        NewJvm.run(
            Describe.class, "--add-modules=jdk.incubator.vector", "-Dunroll.vector.bits=100");
    assertTrue(error.startsWith("IllegalStateException: "), error);
    assertTrue(error.contains("unroll.vector.bits must be 128, 256 or 512, but was '100'."), error);
  }

  @Test
  void usesANarrowerWidthWhenForced() throws Exception {
    String line =
        NewJvm.run(
            Describe.class, "--add-modules=jdk.incubator.vector", "-Dunroll.vector.bits=128");
    assertTrue(line.startsWith("Vector API, 128 bits, JDK "), line);
  }

  @Test
  void usesVectorsIfTheJvmIsLimitedTo128Bits() throws Exception {
    assumeTrue(Compute.implementations().size() > 1); // otherwise there is no fused multiply-add
    String line =
        NewJvm.run(Describe.class, "--add-modules=jdk.incubator.vector", "-XX:MaxVectorSize=16");
    assertTrue(line.startsWith("Vector API, 128 bits, JDK "), line);
  }

  @Test
  void usesPlainLoopsWithoutFusedMultiplyAdd() throws Exception {
    assumeTrue(System.getProperty("os.arch").equals("amd64"));
    String line =
        NewJvm.run(
            Describe.class,
            "--add-modules=jdk.incubator.vector",
            "-XX:MaxVectorSize=16",
            "-XX:-UseFMA");
    assertTrue(line.startsWith("Plain loops, JDK "), line);
    assertTrue(line.contains("this CPU has no fused multiply-add"), line);
  }

  /** Prints what {@link Compute#describe} returns or throws. */
  static final class Describe {
    private Describe() {}

    public static void main(String[] args) {
      try {
        System.out.println(Compute.describe());
      } catch (ExceptionInInitializerError e) {
        Throwable cause = e.getCause();
        System.out.println(cause.getClass().getSimpleName() + ": " + cause.getMessage());
      }
    }
  }

  @Test
  void rejectsAnUnknownImplementationAndListsTheNames() {
    var e = assertThrows(IllegalStateException.class, () -> Compute.choose("avx"));
    assertEquals(
        "The system property unroll.compute must be 'vector' or 'scalar', but was 'avx'."
            + " Omit it to choose automatically.",
        e.getMessage());
  }
}
