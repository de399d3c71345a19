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
 * <p>Its service interface {@code DisplayProvider} would need a class compiled against it. Instead,
 * this class inserts a renderer at the head of the kernel's list of renderers.
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
          "The version of rapaio-jupyter-kernel must be 3.0.1, but this one differs: " + e, e);
    }
  }

  /**
   * Returns the kernel if it is running. Its jar on the class path is no evidence, and loading its
   * main class would start a JShell. Evidence is a thread that executes its code.
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
    // The kernel uses the first renderer that matches, so ours must come before its own.
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
