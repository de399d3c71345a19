package org.unroll.notebook.kernel;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The rapaio-jupyter-kernel (RJK), adapted to version 3.0.1.
 *
 * <p>Its service interface {@code DisplayProvider} would need a class compiled against it. Instead,
 * this class inserts a renderer at the head of the kernel's list of renderers.
 *
 * <p>The kernel shows other values as {@code text/html} only. An export without HTML, such as a
 * PDF, then lacks them, and a {@code <} in the text is taken for markup. Therefore the kernel's own
 * renderers add {@code text/plain}, and values without a renderer are shown as {@code text/plain}.
 */
final class RapaioKernel implements Kernel {

  private static final String PACKAGE = "org.rapaio.jupyter.kernel.";

  private final Object kernel;
  private final Class<?> displayData;
  private final Class<?> rendererType;
  private final List<Object> renderers;
  private int views;

  /** A value for which the kernel has no renderer. */
  private record PlainValue(Object value) {}

  private RapaioKernel() {
    try {
      kernel = type("MainApp").getField("kernel").get(null);
      displayData = type("display.DisplayData");
      rendererType = type("display.DisplayRenderer");
      Object displaySystem = Reflection.call(type("display.DisplaySystem"), "inst");
      renderers = list(displaySystem, "systemDisplayRenderers");
      renderers.replaceAll(r -> canRenderText(r) ? withPlainText(r) : r);
      renderers.add(plainRenderer(field(displaySystem, "defaultDisplayRenderer")));
      // The last transformer, which is asked when nothing else knows the value.
      list(displaySystem, "systemDisplayTransformers").add(plainValues());
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

  private static Object field(Object displaySystem, String name)
      throws ReflectiveOperationException {
    Field field = displaySystem.getClass().getDeclaredField(name);
    field.setAccessible(true);
    return field.get(displaySystem);
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object displaySystem, String name)
      throws ReflectiveOperationException {
    return (List<Object>) field(displaySystem, name);
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
    // The kernel takes the first renderer that fits: ours before its own, in their order.
    renderers.add(views++, renderer(type, view));
  }

  private Object renderer(Class<?> type, Function<Object, MimeBundle> view) {
    return proxy(
        rendererType,
        "Unroll's view of " + type.getName(),
        (method, arguments) ->
            switch (method.getName()) {
              case "rendererClass" -> type;
              case "canRender" -> true;
              default -> toDisplayData(view.apply(arguments[1]));
            });
  }

  /** One of the kernel's renderers, with plain text added to what it renders by default. */
  private Object withPlainText(Object renderer) {
    return proxy(
        rendererType,
        renderer + " with plain text",
        (method, arguments) -> {
          Object result = method.invoke(renderer, arguments);
          if (method.getName().equals("render") && arguments[0] == null) {
            Object text = method.invoke(renderer, MimeBundle.TEXT, arguments[1]);
            Map<?, ?> data = (Map<?, ?>) Reflection.call(text, "data");
            putData(result, MimeBundle.TEXT, data.get(MimeBundle.TEXT));
          }
          return result;
        });
  }

  private static boolean canRenderText(Object renderer) {
    return (boolean)
        Reflection.call(renderer, "canRender", new Class<?>[] {String.class}, MimeBundle.TEXT);
  }

  /** Renders as the kernel does, but as plain text where no format is asked for. */
  private Object plainRenderer(Object kernelsOwn) {
    Class<?>[] types = {String.class, Object.class};
    return proxy(
        rendererType,
        "Unroll's plain text",
        (method, arguments) ->
            switch (method.getName()) {
              case "rendererClass" -> PlainValue.class;
              case "canRender" -> true;
              default -> {
                Object mime = arguments[0] == null ? MimeBundle.TEXT : arguments[0];
                Object value = ((PlainValue) arguments[1]).value();
                yield Reflection.call(kernelsOwn, "render", types, mime, value);
              }
            });
  }

  private static Object plainValues() throws ClassNotFoundException {
    return proxy(
        type("display.DisplayTransformer"),
        "Unroll's plain text",
        (method, arguments) ->
            switch (method.getName()) {
              case "canTransform" -> true;
              case "transformedClass" -> PlainValue.class;
              default -> new PlainValue(arguments[0]);
            });
  }

  /** The methods of a proxy that are not those of {@link Object}. */
  private interface Methods {
    Object call(Method method, Object[] arguments) throws ReflectiveOperationException;
  }

  private static Object proxy(Class<?> type, String name, Methods methods) {
    InvocationHandler handler =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "equals" -> proxy == arguments[0];
              case "hashCode" -> System.identityHashCode(proxy);
              case "toString" -> name;
              default -> methods.call(method, arguments);
            };
    return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler);
  }

  private Object toDisplayData(MimeBundle bundle) {
    Object data =
        Reflection.call(displayData, "fromText", new Class<?>[] {String.class}, bundle.text());
    bundle.data().forEach((mime, content) -> putData(data, mime, content));
    Class<?>[] entry = {String.class, Object.class};
    bundle
        .metadata()
        .forEach((mime, hints) -> Reflection.call(data, "putMetaData", entry, mime, hints));
    return data;
  }

  private static void putData(Object displayData, String mime, Object content) {
    Reflection.call(
        displayData, "putData", new Class<?>[] {String.class, Object.class}, mime, content);
  }
}
