/**
 * Models in the formats of Keras: configurations as JSON, {@code .keras} and {@code .h5} files in
 * and out. A program meets it through {@link org.unroll.Sequential#load} and {@link
 * org.unroll.Sequential#save}; a new layer, optimizer, loss or metric is one new entry in the table
 * of its formats, which serves for reading and for writing.
 */
package org.unroll.keras;
