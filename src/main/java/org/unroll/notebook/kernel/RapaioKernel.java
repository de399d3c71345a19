package org.unroll.notebook.kernel;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The rapaio-jupyter-kernel (RJK), adapted to version 3.0.1.
 *
 * <p>Its service interface {@code DisplayProvider} would need a class compiled against it; instead
 * a renderer is put at the head of the list that the kernel asks for every result.
 */
final class RapaioKernel implements Kernel {

  private static final String PACKAGE = "org.rapaio.jupyter.kernel.";

  private final Object kernel;
  private final Class<?> displayData;
  private final Class<?> rendererType;
  private final List<Object> renderers;
  private int views;

  private RapaioKernel() {
    try {
      kernel = type("MainApp").getField("kernel").get(null);
      displayData = type("display.DisplayData");
      rendererType = type("display.DisplayRenderer");
      Object displaySystem = Reflection.call(type("display.DisplaySystem"), "inst");
      Field field = displaySystem.getClass().getDeclaredField("systemDisplayRenderers");
      field.setAccessible(true);
      @SuppressWarnings("unchecked")
      List<Object> list = (List<Object>) field.get(displaySystem);
      renderers = list;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "This version of rapaio-jupyter-kernel is not known here, 3.0.1 is: " + e, e);
    }
  }

  /**
   * The kernel if it is at work. That its jar is on the class path does not say so, and its main
   * class must not be touched to find out, as that starts a JShell. A thread in its code says so.
   */
  static Optional<Kernel> running() {
    boolean atWork =
        Thread.getAllStackTraces().values().stream()
            .flatMap(Arrays::stream)
            .anyMatch(frame -> frame.getClassName().startsWith(PACKAGE));
    return atWork ? Optional.of(new RapaioKernel()) : Optional.empty();
  }

  private static Class<?> type(String name) throws ClassNotFoundException {
    return Reflection.find(PACKAGE + name)
        .orElseThrow(() -> new ClassNotFoundException(PACKAGE + name));
  }

  @Override
  public String toString() {
    return "rapaio-jupyter-kernel";
  }

  @Override
  public void display(MimeBundle bundle, String id) {
    show("display", bundle, id);
  }

  @Override
  public void update(MimeBundle bundle, String id) {
    show("updateDisplay", bundle, id);
  }

  private void show(String method, MimeBundle bundle, String id) {
    Object data = toDisplayData(bundle);
    Reflection.call(data, "setDisplayId", new Class<?>[] {String.class}, id);
    Reflection.call(kernel, method, new Class<?>[] {displayData}, data);
  }

  @Override
  public void onResult(Class<?> type, Function<Object, MimeBundle> view) {
    InvocationHandler renderer =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "rendererClass" -> type;
              case "canRender" -> true;
              case "render" -> toDisplayData(view.apply(arguments[1]));
              case "equals" -> proxy == arguments[0];
              case "hashCode" -> System.identityHashCode(proxy);
              default -> "Unroll's view of " + type.getName();
            };
    // The kernel takes the first renderer that fits: ours before its own, in their order.
    renderers.add(
        views++,
        Proxy.newProxyInstance(
            rendererType.getClassLoader(), new Class<?>[] {rendererType}, renderer));
  }

  private Object toDisplayData(MimeBundle bundle) {
    Object data =
        Reflection.call(displayData, "fromText", new Class<?>[] {String.class}, bundle.text());
    Class<?>[] entry = {String.class, Object.class};
    bundle
        .data()
        .forEach((mime, content) -> Reflection.call(data, "putData", entry, mime, content));
    bundle
        .metadata()
        .forEach((mime, hints) -> Reflection.call(data, "putMetaData", entry, mime, hints));
    return data;
  }
}
