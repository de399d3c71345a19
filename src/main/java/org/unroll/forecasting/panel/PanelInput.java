package org.unroll.forecasting.panel;

import org.unroll.data.Dataset;
import org.unroll.data.Shape;

/**
 * The second or third input of a model of {@link PanelWindows}: the known columns of the target
 * rows if the shape has two axes, the fixed features otherwise.
 */
record PanelInput(PanelWindows windows, PanelData data, Shape shape) implements Dataset {
  @Override
  public int size() {
    return windows.size();
  }

  @Override
  public Shape inputShape() {
    return shape;
  }

  @Override
  public Shape targetShape() {
    return null;
  }

  @Override
  public void copyInput(int sample, float[] slice, int row, int rows) {
    if (shape.rank() == 1) {
      data.fixed().copy(windows.seriesOf(sample), slice, row * shape.size());
      return;
    }
    int columns = windows.inputShape().last();
    int width = shape.last();
    for (int k = 0; k < shape.axis(0); k++) {
      int from = (windows.targetRow(sample, k) + 1) * columns - width;
      System.arraycopy(data.values(), from, slice, (k * rows + row) * width, width);
    }
  }

  @Override
  public void copyTarget(int sample, float[] target, int offset) {
    throw new UnsupportedOperationException("These are inputs, which have no targets.");
  }
}
