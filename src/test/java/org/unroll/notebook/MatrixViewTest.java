package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.ejml.data.FMatrixRMaj;
import org.ejml.data.ZMatrixRMaj;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;
import org.unroll.notebook.kernel.MimeBundle;

class MatrixViewTest {

  @Test
  void showsUpperLeftCornerOfLargeMatrix() {
    MimeBundle view = Views.of(new FMatrixRMaj(240, 96));

    String html = view.data().get(MimeBundle.HTML);
    assertTrue(html.contains("FMatrixRMaj, 240 × 96, upper left 12 × 12"), html);
    assertEquals(
        12 * 12, html.split(">0</td>", -1).length - 1 - 1, "one more cell contains row number 0");
  }

  @Test
  void showsFloatsInTheirShortestForm() {
    MimeBundle view = Views.of(new FMatrixRMaj(1, 2, true, 0.1f, -3.4e-8f));

    assertTrue(view.text().endsWith("          0.1      -3.4E-8"), view.text());
    assertFalse(view.text().contains("upper left"), view.text());
  }

  @Test
  void showsMatrixInsideSimpleMatrix() {
    assertTrue(Views.of(SimpleMatrix.identity(2)).text().startsWith("DMatrixRMaj, 2 × 2"));
  }

  @Test
  void showsComplexMatrixAsText() {
    assertEquals(1, Views.of(new ZMatrixRMaj(1, 1)).data().size());
  }
}
