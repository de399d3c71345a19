package org.unroll.internal;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.Table;

/**
 * Initializes the class {@link Table} in another thread while a file is read. Its initializer scans
 * the class path for readers of other formats, which takes several tenths of a second.
 */
public final class TableClass {
  private TableClass() {}

  /**
   * The reading of a file.
   *
   * @param <T> the type of the result
   */
  @FunctionalInterface
  public interface Reading<T> {
    /** Returns what was read. */
    T read() throws IOException;
  }

  /** Starts the initialization at its first use, at most once. */
  private static final class Started {
    static final CompletableFuture<Void> TABLE =
        CompletableFuture.runAsync(Table::create, Started::run);

    /** Runs in a new thread because its context class loader is that of the notebook's kernel. */
    private static void run(Runnable task) {
      Thread thread = new Thread(task, "unroll-table-class");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /**
   * Reads a file while {@link Table} is initialized, and returns after both have ended, with a
   * result or an exception. {@link Table} and Tablesaw's readers and writers of files initialize
   * each other. Two threads that begin with different ones of them could wait for each other
   * forever, so the initialization must not continue in the background when the caller can use
   * them.
   *
   * @param reading reads the file; must not use Tablesaw's readers and writers of files
   * @throws IOException if the file cannot be read
   */
  public static <T> T initializeDuring(Reading<T> reading) throws IOException {
    // The types of columns initialize each other, too. All threads must begin with this one.
    ColumnType.values();
    CompletableFuture<Void> table = Started.TABLE;
    try {
      return reading.read();
    } finally {
      try {
        table.join();
      } catch (CompletionException e) {
        // The first use of Table in the calling thread reports that it could not be initialized.
      }
    }
  }
}
