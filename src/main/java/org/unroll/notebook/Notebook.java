package org.unroll.notebook;

import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.unroll.compute.Compute;
import org.unroll.notebook.kernel.Kernel;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.plots.PlotlyScript;

/**
 * The notebook that runs this code. The first cell calls {@link #start()}; from then on tables,
 * figures and matrices show as what they are when they are the result of a cell or are given to
 * {@link #show(Object)}.
 *
 * <p>Works in the kernels IJava, JJava and rapaio-jupyter-kernel. Anywhere else, in a terminal or a
 * test, {@code show} prints text and {@code start} prints no more than the line about speed.
 */
public final class Notebook {

  /** Set once a kernel was found, which then is there for the life of the JVM. */
  private static final AtomicReference<Kernel> KERNEL = new AtomicReference<>();

  private Notebook() {}

  /**
   * Prepares the notebook, in its first cell: values of known types show richly from now on, and
   * the page can draw interactive plots without a network. The output of this call holds the script
   * for that, which makes the stored notebook about 0.6 MB larger, once.
   *
   * <p>Without the Vector API training is 3 to 4.6 times slower; a line then shows how to switch it
   * on for this kernel, or for java and jshell.
   */
  public static synchronized void start() {
    if (Compute.lacksVectorModule()) {
      show(howToAddVectors(kernel()));
    }
    String text = "Tables and plots show in this notebook.";
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
   * Shows a value below the running cell, as if it were the cell's result; in a terminal, prints
   * it.
   *
   * @param value anything; what has no view of its own shows as its {@code toString}
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
   * A place below the running cell whose content can be replaced, for what changes while a cell
   * runs. Nothing shows before its first value.
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

  /** For tests, which run one kernel after another. */
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
