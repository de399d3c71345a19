package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.notebook.kernel.MimeBundle;
import org.unroll.tuning.GridSearch;
import org.unroll.tuning.HyperParameters;
import org.unroll.tuning.Objective;
import org.unroll.tuning.SearchListener;
import org.unroll.tuning.SearchProgress;
import org.unroll.tuning.SearchResult;
import org.unroll.tuning.Trial;

class SearchViewTest {
  @TempDir Path folder;

  private SearchResult search(SearchListener listener) {
    return new GridSearch(Objective.max("value"))
        .directory(folder)
        .parallelTrials(1)
        .overwrite(true)
        .listener(listener)
        .search(
            hp -> {
              int n = hp.Int("<n>", 1, 3);
              return () -> n == 2 ? Double.NaN : n;
            });
  }

  @Test
  void showsProgressAndBestTrials() {
    List<SearchProgress> seen = new ArrayList<>();
    search(
        new SearchListener() {
          @Override
          public void onTrialBegin(SearchProgress progress, int number, HyperParameters values) {
            seen.add(progress);
          }

          @Override
          public void onTrialEnd(SearchProgress progress, Trial trial) {
            seen.add(progress);
          }
        });
    assertEquals("0 trials, 1 running, 0:00", seen.get(0).toString());
    assertFalse(html(seen.get(0)).contains("<table"), html(seen.get(0)));
    assertTrue(seen.get(1).status().startsWith("1 trial, 0:0"), seen.get(1).status());
    String end = html(seen.get(5));
    assertTrue(end.contains("<div>3 trials, 1 failed, 0:00</div>"), end);
    assertTrue(end.contains("&lt;n&gt; 3</td>"), end);
    assertTrue(end.contains("best value so far by trials"), end);
    assertTrue(
        seen.get(5).toString().endsWith(" - best value: 3.0000 in trial 2 {<n>=3}"),
        seen.get(5).toString());
  }

  @Test
  void showsResultAsTable() {
    SearchResult found = search(new SearchListener() {});
    assertTrue(html(found).contains("&lt;n&gt;"), html(found));
    assertEquals(found.summary(), Views.of(found).text());
    HyperParameters best = found.bestHyperParameters(1).get(0);
    assertEquals("{<n>=3}", Views.of(best).text());
  }

  @Test
  void printsLinesToTheGivenStream() {
    var printed = new ByteArrayOutputStream();
    search(SearchListener.lines(new PrintStream(printed, true, StandardCharsets.UTF_8)));
    List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
    assertEquals(3, lines.size());
    assertTrue(lines.get(2).startsWith("3 trials, 1 failed, "), lines.get(2));
  }

  private static String html(Object value) {
    return Views.of(value).data().get(MimeBundle.HTML);
  }
}
