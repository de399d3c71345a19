package org.unroll.notebook.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the launcher says when it is called wrongly; {@code kernel_starts.py} runs the real kernel.
 */
class RapaioKernelLauncherTest {

  @Test
  void askForTheConnectionFile() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> RapaioKernelLauncher.main(new String[] {"a.json", "b.json"}));
    assertEquals(
        "The kernel takes one argument, the connection file that Jupyter writes."
            + " Received: [a.json, b.json]. Jupyter starts it; for a notebook run notebooks/start.",
        error.getMessage());
  }

  @Test
  void nameTheKernelThatIsMissing(@TempDir Path folder) throws IOException {
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
