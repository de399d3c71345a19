/**
 * Renders tables, models and plots in the Java kernels of Jupyter and in a terminal.
 *
 * <p>Begin with {@link org.unroll.notebook.Notebook} and {@code Views}, which has one entry per
 * type. A view turns a value into a {@code MimeBundle} of several formats. An adapter in {@code
 * org.unroll.notebook.kernel} passes it to the running kernel by reflection, so that no kernel is
 * needed to compile this library. No other package depends on this one, which may use all of them.
 *
 * <p><b>How plots are stored.</b> A figure is stored as a PNG, which is visible everywhere: on
 * GitHub, in a PDF, in an untrusted notebook. The PNG contains the figure as Plotly's JSON in a
 * text chunk. The output of {@link org.unroll.notebook.Notebook#start()} contains, once per
 * notebook, a script with Plotly that replaces each such picture with the interactive plot. It
 * needs no network and works in any page that shows the notebook.
 */
package org.unroll.notebook;
