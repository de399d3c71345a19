/**
 * Ready-made, interactive plots for teaching: of training runs, series, forecasts and their errors,
 * of the gates and states inside recurrent layers, of sound events and of hyperparameter searches.
 *
 * <p>Begin with {@link org.unroll.plots.Plots}, which has one method per plot. {@link
 * org.unroll.plots.PlotFigure} changes titles, axes and sizes. The other classes draw one group of
 * plots each and are not part of the API.
 *
 * <p>A plot is a jsplot figure. This package writes it as Plotly's JSON, in one style, and {@code
 * org.unroll.plots.drawing} draws its static picture. {@code history.plot()} finds this package as
 * a service, so the network and training packages do not depend on it. Only {@code
 * org.unroll.notebook} does.
 *
 * <p><b>Custom plots.</b> Any other plot can be built from the traces of jsplot, the plotting part
 * of Tablesaw. It is rendered like the ready-made plots: with the same style, interactively and as
 * a static picture. For example, a residual plot:
 *
 * <pre>{@code
 * import tech.tablesaw.plotly.components.Figure;
 * import tech.tablesaw.plotly.components.Layout;
 * import tech.tablesaw.plotly.traces.ScatterTrace;
 *
 * Figure residuals(double[] forecast, double[] errors) {
 *   var points = ScatterTrace.builder(forecast, errors).mode(ScatterTrace.Mode.MARKERS).build();
 *   Layout layout = Layout.builder("Residuals", "forecast (°C)", "error (°C)").build();
 *   return new Figure(layout, points);
 * }
 *
 * Notebook.show(residuals(new double[] {1.5, 1.8, 4.1}, new double[] {0.5, -0.2, 0.1}));
 * }</pre>
 *
 * <p>The static picture supports scatter traces (lines and points), bars and heat maps; other kinds
 * of traces are only drawn interactively.
 */
package org.unroll.plots;
