/**
 * How things look: tables, models and plots in the Java kernels of Jupyter and in a terminal.
 *
 * <p>Everything that can be shown becomes a bundle of formats ({@code MimeBundle}); an adapter
 * hands it to the kernel that runs, by reflection, so that no kernel is needed to compile this
 * library.
 *
 * <p><b>Where plots show.</b> A figure is stored as a PNG, which shows anywhere: on GitHub, in a
 * PDF, in a notebook that is not trusted. The PNG carries the figure itself, as Plotly's JSON in a
 * text chunk. The output of {@link org.unroll.notebook.Notebook#start()} holds, once for a
 * notebook, a script with Plotly inside that draws the interactive plot in the place of each such
 * picture, with no network and in whatever page the notebook is shown. So a notebook stays small,
 * and front ends need not agree on how scripts of outputs are loaded.
 */
package org.unroll.notebook;
