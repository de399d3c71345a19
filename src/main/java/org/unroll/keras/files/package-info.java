/**
 * The parts of model files that are independent of the layers in them: the zip file of Keras 3,
 * the differences between versions of Keras, and the Python file of classes that Keras lacks. Only {@code org.unroll.keras} uses this package.
 */
package org.unroll.keras.files;
