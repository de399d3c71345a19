package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.unroll.notebook.kernel.Kernel;
import org.unroll.notebook.kernel.MimeBundle;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

class LiveDisplayTest {

  /** Records its calls and whether its thread was interrupted during a call. */
  private static final class RecordingKernel implements Kernel {
    final List<String> calls = new ArrayList<>();
    final List<String> ids = new ArrayList<>();
    boolean interrupted;

    @Override
    public void display(MimeBundle bundle, String id) {
      record("display " + bundle.text(), id);
    }

    @Override
    public void update(MimeBundle bundle, String id) {
      record("update " + bundle.text(), id);
    }

    private void record(String call, String id) {
      calls.add(call);
      ids.add(id);
      interrupted |= Thread.currentThread().isInterrupted();
    }

    @Override
    public void onResult(Class<?> type, Function<Object, MimeBundle> view) {}
  }

  private final RecordingKernel kernel = new RecordingKernel();
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
  private final List<Long> waits = new ArrayList<>();

  private LiveDisplay inNotebook() {
    return new LiveDisplay(Optional.of(kernel), out, waits::add);
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
  }

  @Test
  void displaysOnceAndThenUpdatesInPlace() {
    LiveDisplay live = inNotebook();
    live.update("a");
    live.update(CharBuffer.wrap("ab"));
    live.update(7);
    LiveDisplay other = inNotebook();
    other.update("x");

    assertEquals(List.of("display a", "update ab", "update 7", "display x"), kernel.calls);
    assertEquals(kernel.ids.get(0), kernel.ids.get(2));
    assertFalse(kernel.ids.get(0).equals(kernel.ids.get(3)));
    assertEquals("", printed());
  }

  @Test
  void waitsAfterLargeValue() {
    LiveDisplay live = inNotebook();
    live.update("x".repeat(50_000_000)); // takes 50 s at 1 MB/s
    assertEquals(List.of(), waits);
    live.update("y");

    assertEquals(1, waits.size());
    assertTrue(waits.get(0) > 20_000_000_000L && waits.get(0) <= 50_004_000_000L, waits.toString());
  }

  @Test
  void hidesInterruptFromKernelAndKeepsItForCell() {
    Thread.currentThread().interrupt();
    inNotebook().update("a");

    assertTrue(Thread.interrupted());
    assertFalse(kernel.interrupted);
  }

  @Test
  void printsOnlyTheAddedTextInTerminal() {
    LiveDisplay live = new LiveDisplay(Optional.empty(), out);
    live.update("Alice");
    live.update("Alice was");
    live.update("Alice was");
    live.update(CharBuffer.wrap("Alice was beginning"));
    live.update("The end");

    assertEquals("Alice was beginning\nThe end", printed());
  }

  @Test
  void printsOtherValuesOnlyIfTheyDiffer() {
    LiveDisplay live = new LiveDisplay(Optional.empty(), out);
    Table table = Table.create("t", IntColumn.create("n", 1));
    live.update(table);
    live.update(table.copy());
    live.update(12);
    live.update(123);
    live.update("1234");

    assertEquals(Views.of(table).text() + "\n12\n123\n1234", printed());
  }
}
