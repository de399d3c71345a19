package org.unroll.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each test has its own class loader, in which Table is not initialized yet. */
class TableClassTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path folder;

  /** Loads the classes of the tests again; slowly in the thread that initializes Table. */
  private static final class SlowLoader extends URLClassLoader {
    static {
      registerAsParallelCapable();
    }

    private volatile boolean started;
    private volatile boolean continued;

    SlowLoader() throws MalformedURLException {
      super(classPath(), ClassLoader.getPlatformClassLoader());
    }

    private static URL[] classPath() throws MalformedURLException {
      String[] paths = System.getProperty("java.class.path").split(File.pathSeparator, -1);
      URL[] urls = new URL[paths.length];
      for (int i = 0; i < paths.length; i++) {
        urls[i] = Path.of(paths[i]).toUri().toURL();
      }
      return urls;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (!started && Thread.currentThread().getName().equals("unroll-table-class")) {
        started = true;
        try {
          Thread.sleep(500);
        } catch (InterruptedException e) {
          throw new ClassNotFoundException(name, e);
        }
        continued = true;
      }
      return super.findClass(name);
    }

    /** Loads a file of the weather station and returns the number of its rows. */
    int load(Path file) throws ReflectiveOperationException {
      Object table =
          loadClass("org.unroll.datasets.JenaClimate")
              .getMethod("load", Path.class)
              .invoke(null, file);
      return (int) table.getClass().getMethod("rowCount").invoke(table);
    }

    /** Reads a file as {@code TimeTable.read(file).table()} does. */
    void read(Path file) throws ReflectiveOperationException {
      Class<?> type = loadClass("org.unroll.timeseries.TimeTable");
      Object table = type.getMethod("read", String.class).invoke(null, file.toString());
      type.getMethod("table").invoke(table);
    }
  }

  @Test
  void tablesawCanBeUsedAfterALoadFails() throws Exception {
    Path empty = Files.writeString(folder.resolve("empty.csv"), "");
    for (boolean jena : new boolean[] {true, false}) {
      try (SlowLoader loader = new SlowLoader()) {
        var error =
            assertThrows(
                InvocationTargetException.class,
                () -> {
                  if (jena) {
                    loader.load(empty);
                  } else {
                    loader.read(empty);
                  }
                });
        assertEquals(IllegalArgumentException.class, error.getCause().getClass());
        assertTrue(loader.started);
        assertTrue(loader.continued);
        assertTimeoutPreemptively(
            LIMIT, () -> Class.forName("tech.tablesaw.io.csv.CsvReader", true, loader));
      }
    }
  }

  @Test
  void twoThreadsCanBeginWithALoad() throws Exception {
    Path sample = Path.of("data", "jena_synthetic_sample.csv");
    try (SlowLoader loader = new SlowLoader()) {
      assertTimeoutPreemptively(
          LIMIT,
          () -> {
            CompletableFuture<Integer> other =
                CompletableFuture.supplyAsync(
                    () -> {
                      try {
                        return loader.load(sample);
                      } catch (ReflectiveOperationException e) {
                        throw new IllegalStateException(e);
                      }
                    });
            assertEquals(4320, loader.load(sample));
            assertEquals(4320, other.get());
          });
    }
  }
}
