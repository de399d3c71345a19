package org.unroll.compute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class ComputeTest {
  @Test
  void choosesOnce() {
    assertSame(Compute.kernels(), Compute.kernels());
  }

  @Test
  void describesItselfInOneLine() {
    String line = Compute.describe();
    assertTrue(line.startsWith(Compute.kernels().description()), line);
    assertTrue(line.contains("JDK " + Runtime.version()), line);
    assertTrue(line.contains("core"), line);
    assertEquals(1, line.lines().count(), line);
  }

  @Test
  void scalarCanBeForced() {
    assertEquals(ScalarKernels.class, Compute.choose("scalar").kernels().getClass());
  }

  @Test
  void anUnknownNameIsAnErrorThatListsTheNames() {
    var e = assertThrows(IllegalStateException.class, () -> Compute.choose("avx"));
    assertTrue(e.getMessage().contains("unroll.compute is 'avx'"), e.getMessage());
    assertTrue(e.getMessage().contains("'vector' or 'scalar'"), e.getMessage());
  }
}
