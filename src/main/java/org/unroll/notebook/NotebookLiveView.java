package org.unroll.notebook;

import java.util.Optional;
import java.util.function.Consumer;
import org.unroll.callbacks.LiveView;

/**
 * Shows live displays below the running cell. It is public only because {@link
 * java.util.ServiceLoader} creates it.
 *
 * <p>A library cannot detect whether a person watches the notebook. A program that executes a whole
 * notebook should set the environment variable {@code UNROLL_LIVE=0}, as {@code notebooks/start
 * --execute} does, to get lines that are readable in a log.
 *
 * @hidden
 */
public final class NotebookLiveView implements LiveView {

  @Override
  public boolean isWatched() {
    return !"0".equals(System.getenv("UNROLL_LIVE"));
  }

  @Override
  public boolean inNotebook() {
    return Notebook.kernel().isPresent();
  }

  @Override
  public Optional<Consumer<Object>> open() {
    return inNotebook() ? Optional.of(Notebook.live()::update) : Optional.empty();
  }
}
