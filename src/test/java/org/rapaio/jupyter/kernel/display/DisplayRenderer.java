package org.rapaio.jupyter.kernel.display;

/** Stands for the interface of this name in rapaio-jupyter-kernel 3.0.1. */
public interface DisplayRenderer {
  Class<?> rendererClass();

  boolean canRender(String mime);

  DisplayData render(String mime, Object value);
}
