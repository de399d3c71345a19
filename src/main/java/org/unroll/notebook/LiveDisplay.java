package org.unroll.notebook;

import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import org.unroll.notebook.kernel.Kernel;
import org.unroll.notebook.kernel.MimeBundle;

/**
 * An output below a cell whose content is replaced by every {@link #update}. The stored notebook
 * contains the last content. See {@link Notebook#live()}.
 *
 * <p>Jupyter suppresses the output of a cell that sends more than a megabyte or a thousand messages
 * per second. Therefore an update waits for the time that the previous one needs: 4 ms for a line
 * of text, 0.1 s for a picture of 100 KB.
 *
 * <p>In a terminal, text that extends the previous text is printed as it grows, without a line
 * break. Any other value is printed if it differs from the previous one.
 *
 * <p>This class is not thread-safe.
 */
public final class LiveDisplay {

  /** Characters per second. Each message counts as 4 ms of text plus its content. */
  private static final double BYTES_PER_SECOND = 1e6;

  private static final int BYTES_OF_A_MESSAGE = 4000;

  private final Optional<Kernel> kernel;
  private final PrintStream out;
  private final LongConsumer pause;
  private final String id = Notebook.newId();
  private String last;
  private boolean openLine;
  private long free = System.nanoTime();

  LiveDisplay(Optional<Kernel> kernel, PrintStream out) {
    this(kernel, out, LockSupport::parkNanos);
  }

  LiveDisplay(Optional<Kernel> kernel, PrintStream out, LongConsumer pause) {
    this.kernel = kernel;
    this.out = out;
    this.pause = pause;
  }

  /**
   * Replaces the content with a value.
   *
   * @param value any value, as for {@link Notebook#show}
   */
  public void update(Object value) {
    MimeBundle bundle = Views.of(value);
    if (kernel.isPresent()) {
      send(kernel.get(), bundle);
    } else {
      print(bundle.text(), value instanceof CharSequence);
    }
    last = bundle.text();
  }

  private void send(Kernel to, MimeBundle bundle) {
    long wait = free - System.nanoTime();
    if (wait > 0) {
      pause.accept(wait); // returns at once if the cell is interrupted, and keeps the flag
    }
    // The kernels write to a channel, which an interrupt of this thread would close.
    boolean interrupted = Thread.interrupted();
    try {
      if (last == null) {
        to.display(bundle, id);
      } else {
        to.update(bundle, id);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    long size = bundle.data().values().stream().mapToLong(String::length).sum();
    free = System.nanoTime() + (long) ((BYTES_OF_A_MESSAGE + size) / BYTES_PER_SECOND * 1e9);
  }

  private void print(String text, boolean growing) {
    if (text.equals(last)) {
      return;
    }
    if (growing && openLine && text.startsWith(last)) {
      out.print(text.substring(last.length()));
    } else {
      out.print((openLine ? System.lineSeparator() : "") + text);
      if (!growing) {
        out.println();
      }
    }
    openLine = growing;
    out.flush();
  }
}
