/**
 * Draws the static pictures of figures: a Plotly figure, given as JSON, in Java2D, with the same
 * axes, panels and traces at the same places as in the interactive plot. Begin with {@link
 * org.unroll.plots.drawing.Drawing}. Only {@code org.unroll.plots} uses this package, and it uses
 * no other package of the library.
 */
package org.unroll.plots.drawing;
