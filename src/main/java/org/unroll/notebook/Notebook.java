package org.unroll.notebook;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.ejml.data.Matrix;
import org.ejml.simple.SimpleBase;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/**
 * The notebook that runs this code. The first cell calls {@link #start()}; from then on tables,
 * figures and matrices show as what they are when they are the result of a cell or are given to
 * {@link #show(Object)}.
 *
 * <p>Works in the kernels IJava, JJava and rapaio-jupyter-kernel. Anywhere else, in a terminal or a
 * test, {@code show} prints text and {@code start} does nothing.
 */
public final class Notebook {

  private static final Map<Class<?>, Function<Object, MimeBundle>> VIEWS = new LinkedHashMap<>();

  static {
    view(Table.class, TableView::of);
    view(Figure.class, FigureView::of);
    view(Matrix.class, MatrixView::of);
    view(SimpleBase.class, MatrixView::of);
  }

  /** Set once a kernel was found; there is none to be found later in the life of a JVM. */
  private static Kernel kernel;

  private Notebook() {}

  private static <T> void view(Class<T> type, Function<? super T, MimeBundle> view) {
    VIEWS.put(type, value -> view.apply(type.cast(value)));
  }

  /**
   * Prepares the notebook, in its first cell: values of known types show richly from now on, and
   * the page can draw interactive plots without a network. The output of this call holds the script
   * for that, which makes the stored notebook about 0.6 MB larger, once.
   */
  public static synchronized void start() {
    Optional<Kernel> found = kernel();
    if (found.isPresent()) {
      String text = "Tables and plots show in this notebook (" + found.get().name() + ").";
      found
          .get()
          .display(MimeBundle.html("<small>" + text + "</small>" + PlotlyScript.html(), text));
    }
  }

  /**
   * Shows a value below the running cell, as if it were the cell's result; in a terminal, prints
   * it.
   *
   * @param value anything; what has no view of its own shows as its {@code toString}
   */
  public static synchronized void show(Object value) {
    MimeBundle bundle = bundle(value);
    Optional<Kernel> found = kernel();
    if (found.isPresent()) {
      found.get().display(bundle);
    } else {
      System.out.println(bundle.text());
    }
  }

  static MimeBundle bundle(Object value) {
    return VIEWS.entrySet().stream()
        .filter(entry -> entry.getKey().isInstance(value))
        .findFirst()
        .map(entry -> entry.getValue().apply(value))
        .orElseGet(() -> MimeBundle.text(String.valueOf(value)));
  }

  private static Optional<Kernel> kernel() {
    if (kernel == null) {
      Kernel.running()
          .ifPresent(
              running -> {
                VIEWS.forEach(running::onResult);
                kernel = running;
              });
    }
    return Optional.ofNullable(kernel);
  }
}
