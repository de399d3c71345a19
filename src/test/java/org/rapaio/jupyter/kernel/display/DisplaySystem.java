package org.rapaio.jupyter.kernel.display;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Stands for the class of this name in rapaio-jupyter-kernel 3.0.1. */
public final class DisplaySystem {

  private static final DisplaySystem INSTANCE = new DisplaySystem();

  private final List<DisplayRenderer> systemDisplayRenderers = new ArrayList<>();
  private final List<DisplayTransformer> systemDisplayTransformers = new ArrayList<>();

  private final DefaultRenderer defaultDisplayRenderer = new DefaultRenderer();

  private DisplaySystem() {
    systemDisplayRenderers.add(new CollectionRenderer());
  }

  public static DisplaySystem inst() {
    return INSTANCE;
  }

  public DisplayData render(Object value) {
    return render(null, value);
  }

  /** The first renderer that fits renders, else one of a transformed value; else HTML results. */
  public DisplayData render(String mime, Object value) {
    Stream<Object> transformed =
        systemDisplayTransformers.stream()
            .filter(transformer -> transformer.canTransform(value))
            .map(transformer -> transformer.transform(value));
    return Stream.concat(Stream.of(value), transformed)
        .map(candidate -> tryRender(mime, candidate))
        .flatMap(Optional::stream)
        .findFirst()
        .orElseGet(() -> defaultDisplayRenderer.render(mime, value));
  }

  /** Without a look at {@code canRender}, as in the kernel. */
  private Optional<DisplayData> tryRender(String mime, Object value) {
    return systemDisplayRenderers.stream()
        .filter(renderer -> renderer.rendererClass().isAssignableFrom(value.getClass()))
        .findFirst()
        .map(renderer -> renderer.render(mime, value));
  }

  /** Stands for {@code DefaultDisplayRenderer}, which takes text for HTML. */
  public static final class DefaultRenderer implements DisplayRenderer {

    @Override
    public Class<?> rendererClass() {
      return Object.class;
    }

    @Override
    public boolean canRender(String mime) {
      return true;
    }

    @Override
    public DisplayData render(String mime, Object value) {
      return DisplayData.withType(mime == null ? "text/html" : mime, value.toString());
    }
  }

  /** Stands for {@code DefaultCollectionDisplayRenderer}, which knows plain text and HTML. */
  public static final class CollectionRenderer implements DisplayRenderer {

    @Override
    public Class<?> rendererClass() {
      return Collection.class;
    }

    @Override
    public boolean canRender(String mime) {
      return mime == null || List.of("text/plain", "text/html").contains(mime);
    }

    @Override
    public DisplayData render(String mime, Object value) {
      boolean plain = "text/plain".equals(mime);
      return DisplayData.withType(
          plain ? mime : "text/html", plain ? value.toString() : "<b>" + value + "</b>");
    }
  }
}
