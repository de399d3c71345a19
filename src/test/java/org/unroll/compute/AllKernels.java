package org.unroll.compute;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Loads every implementation that this machine can run. The vector kernels are loaded once for each
 * width up to the preferred width of the CPU.
 */
final class AllKernels {
  private static final String BITS = "unroll.vector.bits";
  private static final List<Kernels> IMPLEMENTATIONS = load();

  private AllKernels() {}

  static List<Kernels> implementations() {
    return IMPLEMENTATIONS;
  }

  private static List<Kernels> load() {
    List<Kernels> all = new ArrayList<>(Compute.implementations());
    String description = all.get(all.size() - 1).description();
    for (int bits = 128; bits < 512; bits *= 2) {
      if (description.contains(bits + " bits")) {
        break;
      }
      all.add(withBits(bits));
    }
    return all;
  }

  /** Loads the classes again for another width, because the width is a constant of its class. */
  private static Kernels withBits(int bits) {
    String before = System.getProperty(BITS);
    System.setProperty(BITS, String.valueOf(bits));
    try {
      var constructor =
          new Loader().loadClass("org.unroll.compute.VectorKernels").getDeclaredConstructor();
      constructor.setAccessible(true);
      return (Kernels) constructor.newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(e.getMessage(), e);
    } finally {
      if (before == null) {
        System.clearProperty(BITS);
      } else {
        System.setProperty(BITS, before);
      }
    }
  }

  private static final class Loader extends ClassLoader {
    Loader() {
      super(AllKernels.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      boolean shared =
          name.endsWith(".Kernels") || name.endsWith(".Matrix") || name.endsWith(".Activation");
      if (!name.startsWith("org.unroll.compute.") || shared) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
