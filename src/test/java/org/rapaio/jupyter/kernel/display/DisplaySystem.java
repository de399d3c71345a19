package org.rapaio.jupyter.kernel.display;

import java.util.ArrayList;
import java.util.List;

/** Stands for the class of this name in rapaio-jupyter-kernel 3.0.1. */
public final class DisplaySystem {

  private static final DisplaySystem INSTANCE = new DisplaySystem();

  private final List<DisplayRenderer> systemDisplayRenderers = new ArrayList<>();

  private DisplaySystem() {}

  public static DisplaySystem inst() {
    return INSTANCE;
  }

  /** The first renderer that fits renders; else the text, which browsers take for HTML. */
  public DisplayData render(Object value) {
    return systemDisplayRenderers.stream()
        .filter(renderer -> renderer.rendererClass().isAssignableFrom(value.getClass()))
        .findFirst()
        .map(renderer -> renderer.render(null, value))
        .orElseGet(() -> DisplayData.fromText("no renderer"));
  }
}
