package org.unroll.notebook;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.unroll.compute.Compute;
import org.unroll.notebook.kernel.Kernel;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.plots.PlotlyScript;

/**
 * The notebook that runs this code. After the first cell has called {@link #start()}, tables,
 * figures and matrices are rendered when they are the result of a cell or are passed to {@link
 * #show(Object)}.
 *
 * <p>Works in the kernels IJava, JJava and rapaio-jupyter-kernel. Anywhere else, such as in a
 * terminal or a test, {@code show} prints text and {@code start} prints at most the line about
 * speed.
 */
public final class Notebook {

  /** Set when a kernel was found, which then exists for the lifetime of the JVM. */
  private static final AtomicReference<Kernel> KERNEL = new AtomicReference<>();

  private Notebook() {}

  /**
   * Prepares the notebook. Call it in the first cell. Afterwards, values of known types are
   * rendered, and the page can draw interactive plots without a network. The output of this call
   * contains the script that draws them.
   *
   * <p>Without the Vector API, training is 3 to 4.6 times slower. In this case, a line shows how to
   * switch it on for this kernel, or for {@code java} and {@code jshell}.
   */
  public static synchronized void start() {
    if (Compute.lacksVectorModule()) {
      show(howToAddVectors(kernel()));
    }
    String text = "Tables and plots are rendered in this notebook.";
    kernel()
        .ifPresent(
            kernel ->
                kernel.display(
                    MimeBundle.html("<small>" + text + "</small>" + PlotlyScript.html(), text),
                    newId()));
  }

  static String howToAddVectors(Optional<Kernel> kernel) {
    return "Training is 3 to 4.6 times slower than it could be because the Vector API is off. "
        + kernel
            .map(
                running ->
                    "Add \"env\": {\"JDK_JAVA_OPTIONS\": \"--add-modules=jdk.incubator.vector\"}"
                        + " to the kernel.json of "
                        + running
                        + " (its folder is in the output of: jupyter kernelspec list)"
                        + " and restart the kernel.")
            .orElse("Start java or jshell with --add-modules jdk.incubator.vector.");
  }

  /**
   * Shows a value below the running cell, as if it were the cell's result. In a terminal, prints
   * it.
   *
   * @param value any value; a value without a view is shown as its {@code toString}
   */
  public static synchronized void show(Object value) {
    MimeBundle bundle = Views.of(value);
    Optional<Kernel> kernel = kernel();
    if (kernel.isPresent()) {
      kernel.get().display(bundle, newId());
    } else {
      System.out.println(bundle.text());
    }
  }

  /**
   * Returns an output below the running cell whose content can be replaced while the cell runs. It
   * is empty before its first value.
   *
   * <pre>{@code
   * LiveDisplay live = Notebook.live();
   * for (int i = 1; i <= 3; i++) {
   *   live.update("seen: " + i);
   * }
   * }</pre>
   */
  public static LiveDisplay live() {
    return new LiveDisplay(kernel(), System.out);
  }

  /**
   * Forgets the running kernel. Tests call it because they run several kernels in turn.
   *
   * @hidden
   */
  public static void forgetKernel() {
    KERNEL.set(null);
  }

  static String newId() {
    return UUID.randomUUID().toString();
  }

  static synchronized Optional<Kernel> kernel() {
    if (KERNEL.get() == null) {
      Kernel.running()
          .ifPresent(
              running -> {
                Views.forEach(running::onResult);
                KERNEL.set(running);
              });
    }
    return Optional.ofNullable(KERNEL.get());
  }
}
