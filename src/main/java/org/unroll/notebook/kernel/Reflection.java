package org.unroll.notebook.kernel;

import java.lang.reflect.InvocationTargetException;
import java.util.Optional;

/** Calls public methods and fields by name, for kernels that are not on the compile path. */
final class Reflection {

  private Reflection() {}

  /** Returns the class, not initialized, if this library or the current thread can see it. */
  static Optional<Class<?>> find(String className) {
    ClassLoader[] loaders = {
      Reflection.class.getClassLoader(), Thread.currentThread().getContextClassLoader()
    };
    for (ClassLoader loader : loaders) {
      try {
        return Optional.of(Class.forName(className, false, loader));
      } catch (ClassNotFoundException | LinkageError absent) {
        // The next class loader may know it. Usually, none does.
      }
    }
    return Optional.empty();
  }

  /** Calls {@code target.method(arguments)}, or a static method if the target is a class. */
  static Object call(Object target, String method, Class<?>[] types, Object... arguments) {
    Class<?> owner = target instanceof Class<?> c ? c : target.getClass();
    try {
      return owner
          .getMethod(method, types)
          .invoke(target instanceof Class<?> ? null : target, arguments);
    } catch (InvocationTargetException e) {
      Throwable cause = e.getCause();
      throw new IllegalStateException(
          "The notebook kernel failed in " + owner.getName() + "." + method + ": " + cause, cause);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "This version of the notebook kernel has no usable "
              + owner.getName()
              + "."
              + method
              + ": "
              + e,
          e);
    }
  }

  static Object call(Object target, String method) {
    return call(target, method, new Class<?>[0]);
  }

  /** Returns the value of a public field. */
  static Object get(Object target, String field) {
    try {
      return target.getClass().getField(field).get(target);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(
          "This version of the notebook kernel has no usable field "
              + target.getClass().getName()
              + "."
              + field
              + ": "
              + e,
          e);
    }
  }
}
