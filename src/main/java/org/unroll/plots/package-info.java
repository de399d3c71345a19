/**
 * Ready-made, interactive plots for teaching: of training runs, series, forecasts and their errors,
 * of the gates and states inside recurrent layers, of sound events and of hyperparameter searches.
 *
 * <p>Begin with {@link org.unroll.plots.Plots}, which has one method per plot and shows how to
 * build a custom plot. {@link org.unroll.plots.PlotFigure} changes titles, axes and sizes. The
 * other classes draw one group of plots each and are not part of the API.
 *
 * <p>A plot is a jsplot figure. This package writes it as Plotly's JSON, in one style, and {@code
 * org.unroll.plots.drawing} draws its static picture. {@code history.plot()} finds this package as
 * a service, so the network and training packages do not depend on it. Only {@code
 * org.unroll.notebook} does.
 */
package org.unroll.plots;
