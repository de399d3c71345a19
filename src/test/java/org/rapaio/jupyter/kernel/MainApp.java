package org.rapaio.jupyter.kernel;

import java.util.ArrayList;
import java.util.List;
import org.rapaio.jupyter.kernel.display.DisplayData;

/** Stands for the class of this name in rapaio-jupyter-kernel 3.0.1. */
public final class MainApp {

  public static final RunningKernel kernel = new RunningKernel();

  private MainApp() {}

  /** Runs a cell: the stack then shows this package, as it does in the real kernel. */
  public static void runCell(Runnable cell) {
    cell.run();
  }

  /** Stands for {@code core.RapaioKernel}. */
  public static final class RunningKernel {

    public final List<DisplayData> displayed = new ArrayList<>();

    public void display(DisplayData data) {
      displayed.add(data);
    }

    public void updateDisplay(DisplayData data) {
      if (displayed.removeIf(shown -> shown.id().equals(data.id()))) {
        displayed.add(data);
      }
    }
  }
}
