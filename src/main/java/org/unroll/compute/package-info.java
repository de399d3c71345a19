/**
 * The arithmetic in float32, on the JDK's Vector API or in plain loops, and the threads that share
 * a batch.
 *
 * <p>Users need {@link org.unroll.compute.Compute#describe()}, which reports the implementation
 * that this JVM uses, and {@link org.unroll.compute.Activation}. Contributors begin with {@code
 * Kernels}, the interface between layers and arithmetic, and {@code Matrix}, the view that its
 * methods take. Both implementations extend {@code ComposedKernels}. Classes named {@code Vector…}
 * may use the incubator module; they are compiled separately. {@code VectorFunctions} explains the
 * rules that keep vectors in registers.
 *
 * <p>Layers, losses, training and tuning may use this package. It uses no other package of the
 * library.
 */
package org.unroll.compute;
