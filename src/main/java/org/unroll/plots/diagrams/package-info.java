/**
 * Diagrams of recurrent cells and networks, as SVG and PNG. {@link
 * org.unroll.plots.diagrams.Diagram} is what users get. Inside, a sketch is a graph of nodes and
 * wires at places; it is drawn into a scene of shapes and texts, which is written as SVG or painted
 * as a PNG. The sketch of a cell is also evaluated, for the values of a recording.
 */
package org.unroll.plots.diagrams;
