package org.unroll.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Checks that a test run uses the implementation it was started for. Without this test, a build
 * that lost the incubator module would pass although only plain loops were tested.
 */
@Tag("both-compute-implementations")
class ComputeChoiceTest {
  private static final String EXPECTED = System.getProperty("unroll.test.compute");

  @Test
  void usesTheImplementationThatTheRunIsFor() {
    assertNotNull(
        EXPECTED,
        "Start the tests with -Dunroll.test.compute=vector --add-modules=jdk.incubator.vector, or with"
            + " -Dunroll.test.compute=scalar -Dunroll.compute=scalar, as pom.xml does.");
    String kernels =
        switch (EXPECTED) {
          case "vector" -> "VectorKernels";
          case "scalar" -> "ScalarKernels";
          default -> throw new AssertionError("unroll.test.compute is '" + EXPECTED + "'.");
        };
    assertEquals(kernels, Compute.kernels().getClass().getSimpleName(), Compute.describe());
  }

  @Test
  void scalarRunHasNoIncubatorModule() {
    boolean module = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    assertEquals("vector".equals(EXPECTED), module, "module present");
  }
}
