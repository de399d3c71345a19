package org.unroll.plots;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.ejml.data.Complex_F64;
import org.ejml.data.FMatrixRMaj;
import org.ejml.simple.SimpleMatrix;
import org.unroll.Model;
import org.unroll.layers.recurrent.Gru;
import org.unroll.layers.recurrent.Lstm;
import org.unroll.network.Layer;
import tech.tablesaw.plotly.traces.Trace;

/** Draws the eigenvalues and singular values of recurrent kernels. */
final class WeightSpectra {

  private static final String KERNEL = "recurrent_kernel";

  private WeightSpectra() {}

  static PlotFigure eigenvalues(Map<String, SimpleMatrix> matrices) {
    LinePlots.requireSome(matrices, "matrix");
    Map<String, double[][]> groups = new LinkedHashMap<>();
    double reach = 1;
    for (Map.Entry<String, SimpleMatrix> entry : matrices.entrySet()) {
      double[][] values = eigenvalues(entry.getKey(), entry.getValue());
      double radius = 0;
      for (double[] value : values) {
        radius = Math.max(radius, Math.hypot(value[0], value[1]));
      }
      reach = Math.max(reach, radius);
      groups.put(
          String.format(Locale.ROOT, "%s (radius %.3g)", entry.getKey(), radius).strip(), values);
    }
    PlotFigure figure =
        LinePlots.points(
            "Eigenvalues of the recurrent kernel", "real part", "imaginary part", groups);
    ObjectNode layout = figure.settings();
    layout
        .withArray("/shapes")
        .add(
            FigureJson.parse(
                "{type: 'circle', xref: 'x', yref: 'y', x0: -1, y0: -1, x1: 1, y1: 1,"
                    + " layer: 'below', line: {color: '#808080', width: 1.5, dash: 'dash'}}"));
    layout.withObject("/yaxis").put("scaleanchor", "x").put("scaleratio", 1);
    // Plotly's automatic range ignores the circle.
    layout.withObject("/yaxis").putArray("range").add(-1.08 * reach).add(1.08 * reach);
    layout.withObject("/xaxis").putArray("range").add(-1.08 * reach).add(1.08 * reach);
    layout.put("height", 480).put("showlegend", true);
    return figure;
  }

  private static double[][] eigenvalues(String name, SimpleMatrix matrix) {
    if (matrix.getNumRows() != matrix.getNumCols()) {
      throw new IllegalArgumentException(
          "Matrix '"
              + name
              + "' must be square to have eigenvalues, but is "
              + matrix.getNumRows()
              + " × "
              + matrix.getNumCols()
              + ". Draw its singular values with singularValues(…).");
    }
    List<double[]> values = new ArrayList<>();
    for (Complex_F64 value : matrix.eig().getEigenvalues()) {
      values.add(new double[] {value.real, value.imaginary});
    }
    return values.toArray(double[][]::new);
  }

  static PlotFigure singularValues(Map<String, SimpleMatrix> matrices) {
    Map<String, double[]> values = new LinkedHashMap<>();
    matrices.forEach(
        (name, matrix) ->
            values.put(
                name,
                DoubleStream.of(matrix.svd().getSingularValues())
                    .boxed()
                    .sorted(Comparator.reverseOrder())
                    .mapToDouble(Double::doubleValue)
                    .toArray()));
    PlotFigure figure =
        LinePlots.lines(
            "Singular values of the recurrent kernel", "number", "singular value", null, values);
    for (Trace trace : figure.getTraces()) {
      ((PlotlyTrace) trace).with("{mode: 'lines+markers'}");
    }
    figure.settings().withObject("/yaxis").put("rangemode", "tozero");
    figure.settings().put("showlegend", matrices.size() > 1);
    return figure;
  }

  /** Returns the square blocks of a layer's recurrent kernels, one per gate. */
  static Map<String, SimpleMatrix> recurrentBlocks(Model model, String layerName) {
    Layer layer = model.layer(layerName);
    Map<String, SimpleMatrix> blocks = new LinkedHashMap<>();
    model
        .weights()
        .forEach(
            (path, kernel) -> {
              if (path.startsWith(layerName + "/") && path.endsWith(KERNEL)) {
                String before =
                    path.substring(layerName.length() + 1, path.length() - KERNEL.length());
                addBlocks(blocks, before.replaceAll("/$", " "), kernel, layer);
              }
            });
    if (blocks.isEmpty()) {
      throw new IllegalArgumentException(
          "Layer '"
              + layerName
              + "' must have a recurrent kernel, but has none. The weights of the model are "
              + model.weights().keySet()
              + ".");
    }
    return blocks;
  }

  private static void addBlocks(
      Map<String, SimpleMatrix> blocks, String before, FMatrixRMaj kernel, Layer layer) {
    int units = kernel.getNumRows();
    int count = kernel.getNumCols() / units;
    List<String> gates =
        layer instanceof Lstm
            ? List.of("i", "f", "g", "o")
            : layer instanceof Gru ? List.of("z", "r", "g") : List.of();
    for (int b = 0; b < count; b++) {
      SimpleMatrix block = new SimpleMatrix(units, units);
      for (int row = 0; row < units; row++) {
        for (int column = 0; column < units; column++) {
          block.set(row, column, kernel.get(row, b * units + column));
        }
      }
      String name = gates.size() == count ? gates.get(b) : count == 1 ? "U" : "block " + (b + 1);
      blocks.put(before + name, block);
    }
  }
}
