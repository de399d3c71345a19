package org.unroll.notebook.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks the errors of the launcher; {@code kernel_starts.py} runs the real kernel. */
class RapaioKernelLauncherTest {

  @Test
  void requiresConnectionFile() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> RapaioKernelLauncher.main(new String[] {"a.json", "b.json"}));
    assertEquals(
        "There must be exactly one argument, the connection file that Jupyter writes, but the arguments are [a.json, b.json]. Run notebooks/start to open a notebook.",
        error.getMessage());
  }

  @Test
  void reportsMissingKernel(@TempDir Path folder) throws IOException {
    Path connection = Files.writeString(folder.resolve("connection.json"), "{}");
    var error =
        assertThrows(
            IllegalStateException.class,
            () -> RapaioKernelLauncher.main(new String[] {connection.toString()}));
    assertTrue(
        error.getMessage().contains("io.github.padreati:rapaio-jupyter-kernel:3.0.1"),
        error.getMessage());
  }
}
