package org.unroll.notebook;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.ejml.data.Matrix;
import org.ejml.simple.SimpleBase;
import org.unroll.Comparison;
import org.unroll.Evaluation;
import org.unroll.History;
import org.unroll.Model;
import org.unroll.Predictions;
import org.unroll.Recording;
import org.unroll.Summary;
import org.unroll.audio.AudioClip;
import org.unroll.callbacks.LiveProgress;
import org.unroll.data.Dataset;
import org.unroll.datasets.SoundScene;
import org.unroll.network.Layer;
import org.unroll.network.Tensor;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.plots.diagrams.Diagram;
import org.unroll.timeseries.TableDescription;
import org.unroll.timeseries.TimeTable;
import org.unroll.timeseries.Windows;
import org.unroll.timeseries.WindowsDescription;
import org.unroll.tuning.HyperParameters;
import org.unroll.tuning.SearchProgress;
import org.unroll.tuning.SearchResult;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/**
 * Renders values by their types. It is public only for the tests of other packages.
 *
 * @hidden
 */
public final class Views {

  /** The first view whose type matches is used. */
  private static final Map<Class<?>, Function<Object, MimeBundle>> VIEWS = new LinkedHashMap<>();

  static {
    add(Table.class, TableView::of);
    add(Rows.class, rows -> rows.isEmpty() ? text(rows) : TableView.of(rows.table("")));
    add(Figure.class, FigureView::of);
    add(Diagram.class, DiagramView::of);
    add(Matrix.class, MatrixView::of);
    add(SimpleBase.class, MatrixView::of);
    add(Tensor.class, MatrixView::of);
    add(double[][].class, MatrixView::of);
    add(double[].class, MatrixView::of);
    add(Summary.class, SummaryView::of);
    add(Model.class, model -> SummaryView.of(model.summary()));
    add(History.class, history -> TableView.of(history.toTable()).withText(history.toString()));
    add(Comparison.Result.class, runs -> TableView.of(runs.table()).withText(runs.toString()));
    add(Comparison.class, Views::comparison);
    add(Recording.class, recording -> TableView.of(table(recording)));
    add(Predictions.class, predictions -> TableView.of(predictions.toTable()));
    add(LiveProgress.class, LiveProgressView::of);
    add(SearchProgress.class, SearchView::of);
    add(SearchResult.class, found -> TableView.of(found.results()).withText(found.toString()));
    add(WindowsDescription.class, WindowsView::of);
    add(TableDescription.class, TableDescriptionView::of);
    add(TimeTable.class, file -> TableDescriptionView.of(file.describe()));
    add(AudioClip.class, AudioView::of);
    // Kernels interpret the text of values of unknown types as HTML, and line breaks get lost.
    add(Windows.class, Views::text);
    add(Dataset.class, Views::text);
    add(SoundScene.class, Views::text);
    add(Evaluation.class, Views::text);
    add(Layer.class, Views::text);
    add(HyperParameters.class, Views::text);
  }

  private Views() {}

  private static <T> void add(Class<T> type, Function<? super T, MimeBundle> view) {
    VIEWS.put(type, value -> view.apply(type.cast(value)));
  }

  /** Renders the result, or the configuration before the run. */
  private static MimeBundle comparison(Comparison comparison) {
    return comparison.result() == null ? text(comparison) : of(comparison.result());
  }

  private static Table table(Recording recording) {
    StringColumn layers = StringColumn.create("layer");
    StringColumn quantities = StringColumn.create("quantity");
    IntColumn steps = IntColumn.create("time steps");
    IntColumn values = IntColumn.create("values");
    for (String layer : recording.layers()) {
      for (String quantity : recording.quantities(layer)) {
        double[][] recorded = recording.get(layer, quantity);
        layers.append(layer);
        quantities.append(quantity);
        steps.append(recorded.length);
        values.append(recorded[0].length);
      }
    }
    return Table.create("Recording", layers, quantities, steps, values);
  }

  private static MimeBundle text(Object value) {
    return MimeBundle.text(String.valueOf(value));
  }

  /** Renders a value by its type, or as text if no view exists. */
  public static MimeBundle of(Object value) {
    return VIEWS.entrySet().stream()
        .filter(entry -> entry.getKey().isInstance(value))
        .findFirst()
        .map(entry -> entry.getValue().apply(value))
        .orElseGet(() -> text(value));
  }

  static void forEach(BiConsumer<Class<?>, Function<Object, MimeBundle>> action) {
    VIEWS.forEach(action);
  }
}
