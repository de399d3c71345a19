/**
 * Models in the file formats of Keras: {@code .keras} and {@code .h5} files are read and written,
 * JSON configurations are read.
 *
 * <p>Users call {@link org.unroll.Sequential#load} and {@link org.unroll.Sequential#save}, and
 * {@link org.unroll.keras.KerasConfig} for a configuration without weights. {@link
 * org.unroll.keras.CustomObjects} registers classes that Keras does not have. Contributors begin with
 * {@code KerasFiles}, which reads and writes whole files, and with {@code LayerFormats}. A new
 * layer, optimizer, loss or metric needs one entry in the table of its formats ({@code
 * CoreFormats}, {@code RecurrentFormats}, {@code LossFormats}, …), which is used for reading and
 * for writing.
 *
 * <p>This package depends on {@link org.unroll} and the packages below it. Only tests, the notebook
 * packages and {@link org.unroll.tuning} may depend on it. {@link org.unroll} finds it as a
 * service.
 */
package org.unroll.keras;
