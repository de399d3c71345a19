/**
 * Draws a figure of Plotly, given as JSON, where no script runs: the same axes, panels and traces
 * at the same places as in the interactive plot, in Java2D.
 */
package org.unroll.plots.drawing;
