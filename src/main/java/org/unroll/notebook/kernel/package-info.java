/**
 * Connects the notebook views to the Java kernels of Jupyter: IJava, JJava and
 * rapaio-jupyter-kernel.
 *
 * <p>Begin with {@link org.unroll.notebook.kernel.Kernel}, which has one adapter per kernel, and
 * {@link org.unroll.notebook.kernel.MimeBundle}, a value in the formats that a front end can show.
 * {@code RapaioKernelLauncher} is the program that Jupyter starts as the kernel of the notebooks.
 *
 * <p>All kernels are called by reflection, so the library compiles and runs without one. Only
 * {@code org.unroll.notebook} uses this package, and it uses no other package of the library. The
 * published Javadoc leaves it out.
 */
package org.unroll.notebook.kernel;
