package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class HtmlTableTest {

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("<>&\"'ab °{}").ofMaxLength(12);
  }

  @Property(tries = 100)
  void escapesAllText(
      @ForAll("texts") String name, @ForAll("texts") String cell, @ForAll("texts") String caption)
      throws Exception {
    String html = new HtmlTable(caption).column(name, cell, true).row(List.of(cell)).html();

    // Except for <br>, the markup is also XML, so an XML parser can check the escaping.
    String xml = "<html>" + html.replace("<br>", "<br/>") + "</html>";
    Element root =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)))
            .getDocumentElement();

    assertEquals(name + cell, root.getElementsByTagName("th").item(0).getTextContent());
    assertEquals(cell, root.getElementsByTagName("td").item(0).getTextContent());
    assertEquals(caption, caption.isEmpty() ? "" : root.getFirstChild().getTextContent());
  }

  @Test
  void alignsNumbersToTheRight() {
    String html =
        new HtmlTable("")
            .column("n", "", true)
            .column("s", "", false)
            .row(List.of("1", "x"))
            .html();

    assertTrue(html.contains("text-align:right\">1</td>"), html);
    assertTrue(html.contains("text-align:left\">x</td>"), html);
    assertFalse(html.contains("<small"), "there must be no line for an empty type");
  }

  @Test
  void requiresOneCellPerColumn() {
    HtmlTable table = new HtmlTable("").column("a", "", true);

    var error = assertThrows(IllegalArgumentException.class, () -> table.row(List.of("1", "2")));

    assertEquals("The number of cells must be 1, one per column, but was 2.", error.getMessage());
  }
}
