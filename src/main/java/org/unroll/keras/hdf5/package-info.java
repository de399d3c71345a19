/**
 * Reads and writes HDF5, the format of weights in model files. Begin with {@link
 * org.unroll.keras.hdf5.Hdf5File}. It uses parts of the library jhdf in a way that is safe for
 * files from untrusted sources. Only {@code org.unroll.keras} uses this package.
 */
package org.unroll.keras.hdf5;
