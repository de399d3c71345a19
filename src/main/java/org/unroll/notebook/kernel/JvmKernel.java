package org.unroll.notebook.kernel;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.function.Function;

/**
 * The kernels IJava and JJava, its fork, which have the classes of {@code jupyter-jvm-basekernel}
 * in two packages.
 */
final class JvmKernel implements Kernel {

  private final String name;
  private final Object kernel;
  private final Class<?> displayData;
  private final Class<?> renderFunction;

  private JvmKernel(String name, Object kernel, String displayPackage) {
    this.name = name;
    this.kernel = kernel;
    this.displayData = type(displayPackage + ".DisplayData");
    this.renderFunction = type(displayPackage + ".RenderFunction");
  }

  /** Returns IJava if it is running; otherwise its kernel object is null. */
  static Optional<Kernel> runningIJava() {
    return Reflection.find("io.github.spencerpark.ijava.IJava")
        .map(main -> Reflection.call(main, "getKernelInstance"))
        .map(k -> new JvmKernel("IJava", k, "io.github.spencerpark.jupyter.kernel.display"));
  }

  /** Returns JJava if it is running; otherwise the call for its kernel object throws. */
  static Optional<Kernel> runningJJava() {
    try {
      return Reflection.find("org.dflib.jjava.jupyter.kernel.BaseKernel")
          .map(base -> Reflection.call(base, "notebookKernel"))
          .map(k -> new JvmKernel("JJava", k, "org.dflib.jjava.jupyter.kernel.display"));
    } catch (IllegalStateException notAtWork) {
      return Optional.empty();
    }
  }

  private static Class<?> type(String className) {
    return Reflection.find(className)
        .orElseThrow(
            () -> new IllegalStateException("The notebook kernel has no class " + className));
  }

  @Override
  public String toString() {
    return name;
  }

  @Override
  public void display(MimeBundle bundle, String id) {
    Reflection.call(kernel, "display", new Class<?>[] {displayData}, toDisplayData(bundle, id));
  }

  @Override
  public void update(MimeBundle bundle, String id) {
    Object stream = Reflection.get(Reflection.call(kernel, "getIO"), "display");
    Reflection.call(
        stream, "updateDisplay", new Class<?>[] {displayData}, toDisplayData(bundle, id));
  }

  private Object toDisplayData(MimeBundle bundle, String id) {
    Object data;
    try {
      data = displayData.getConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(name + " cannot make a " + displayData.getName(), e);
    }
    fill(data, bundle);
    // The return type of this method differs between versions of JJava, so it is found by its name.
    Reflection.call(data, "setDisplayId", new Class<?>[] {String.class}, id);
    return data;
  }

  @Override
  public void onResult(Class<?> type, Function<Object, MimeBundle> view) {
    InvocationHandler render =
        (proxy, method, arguments) ->
            switch (method.getName()) {
              case "render" -> {
                fill(Reflection.call(arguments[1], "getOutputContainer"), view.apply(arguments[0]));
                yield null;
              }
              case "equals" -> proxy == arguments[0];
              case "hashCode" -> System.identityHashCode(proxy);
              default -> "Unroll's view of " + type.getName();
            };
    Object renderer = Reflection.call(kernel, "getRenderer");
    Object registration =
        Reflection.call(renderer, "createRegistration", new Class<?>[] {Class.class}, type);
    Reflection.call(
        registration,
        "register",
        new Class<?>[] {renderFunction},
        Proxy.newProxyInstance(
            renderFunction.getClassLoader(), new Class<?>[] {renderFunction}, render));
  }

  private static void fill(Object data, MimeBundle bundle) {
    Class<?>[] entry = {String.class, Object.class};
    bundle
        .data()
        .forEach((mime, content) -> Reflection.call(data, "putData", entry, mime, content));
    bundle
        .metadata()
        .forEach((mime, hints) -> Reflection.call(data, "putMetaData", entry, mime, hints));
  }
}
