package org.unroll.data;

import tech.tablesaw.api.Table;

/**
 * Initializes the class {@link Table} in another thread while a file is read. Tablesaw then scans
 * the class path for readers of other formats, which takes several tenths of a second.
 */
public final class TableClass {
  private TableClass() {}

  /**
   * Starts the initialization. Its first use then waits for the end. Until then, the caller must
   * not use other classes of Tablesaw, because two threads that initialize classes which need each
   * other would wait forever.
   */
  public static void initializeInBackground() {
    // A thread of its own, which inherits the context class loader: that of the notebook's kernel.
    Thread thread = new Thread(Table::create, "unroll-table-class");
    thread.setDaemon(true);
    thread.start();
  }
}
