package org.rapaio.jupyter.kernel.display;

/** Stands for the interface of this name in rapaio-jupyter-kernel 3.0.1. */
public interface DisplayTransformer {
  boolean canTransform(Object value);

  Class<?> transformedClass();

  Object transform(Object value);
}
