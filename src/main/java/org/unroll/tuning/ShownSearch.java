package org.unroll.tuning;

import java.util.function.Consumer;
import org.unroll.callbacks.LiveView;

/** Shows the progress of a search where someone watches, at most twice a second. */
final class ShownSearch implements SearchListener {
  private static final long INTERVAL = 500_000_000;

  private final Consumer<Object> view;
  private long lastShown = System.nanoTime() - INTERVAL;

  private ShownSearch(Consumer<Object> view) {
    this.view = view;
  }

  /** A view in the notebook, or one that shows nothing where there is none. */
  static SearchListener open() {
    return LiveView.find()
        .filter(LiveView::isWatched)
        .flatMap(LiveView::open)
        .<SearchListener>map(ShownSearch::new)
        .orElseGet(() -> new SearchListener() {});
  }

  @Override
  public void onTrialBegin(SearchProgress progress, int number, HyperParameters values) {
    show(progress);
  }

  @Override
  public void onTrialEnd(SearchProgress progress, Trial trial) {
    show(progress);
  }

  @Override
  public void onSearchEnd(SearchProgress progress) {
    view.accept(progress);
  }

  private void show(SearchProgress progress) {
    long now = System.nanoTime();
    if (now - lastShown >= INTERVAL) {
      lastShown = now;
      view.accept(progress);
    }
  }
}
