package org.unroll.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageInputStream;
import org.w3c.dom.NodeList;

/** A notebook as its file has it, with what its outputs show. */
record StoredNotebook(Path file, long bytes, JsonNode json, List<Cell> cells) {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  static StoredNotebook read(Path file) {
    try {
      return of(file, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static StoredNotebook of(Path file, byte[] content) throws IOException {
    JsonNode json = MAPPER.readTree(content);
    List<Cell> cells = elements(json.path("cells")).map(Cell::new).toList();
    return new StoredNotebook(file, content.length, json, cells);
  }

  /** The notebooks of a folder in the order of their names, which is that of the series. */
  static List<Path> in(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".ipynb")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Cell> code() {
    return cells.stream().filter(cell -> cell.type().equals("code")).toList();
  }

  List<Cell> prose() {
    return cells.stream().filter(cell -> cell.type().equals("markdown")).toList();
  }

  static Stream<JsonNode> elements(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  /** A cell; its texts are stored as one string or as a list of lines. */
  record Cell(JsonNode json) {

    String type() {
      return json.path("cell_type").asText();
    }

    String id() {
      return json.path("id").asText();
    }

    String source() {
      return text(json.path("source"));
    }

    List<JsonNode> outputs() {
      return elements(json.path("outputs")).toList();
    }

    /** What the outputs say in words, a piece for each format: printed text and tables. */
    List<String> shownTexts() {
      List<String> texts = new ArrayList<>();
      for (JsonNode output : outputs()) {
        texts.add(text(output.path("text")));
        texts.add(text(output.at("/data/text~1plain")));
        texts.add(
            text(output.at("/data/text~1html"))
                .replaceAll("(?s)<(script|style)\\b.*?</\\1>", " ")
                .replaceAll("<[^>]*>", " "));
      }
      return texts.stream().filter(text -> !text.isBlank()).toList();
    }

    /** Plotly's JSON of each figure among the outputs, out of the pictures that carry it. */
    List<JsonNode> figures() {
      List<JsonNode> figures = new ArrayList<>();
      for (JsonNode output : outputs()) {
        String png = text(output.at("/data/image~1png"));
        if (!png.isEmpty()) {
          figure(Base64.getMimeDecoder().decode(png)).ifPresent(figures::add);
        }
      }
      return figures;
    }

    private static Optional<JsonNode> figure(byte[] png) {
      ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
      try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(png))) {
        reader.setInput(in);
        IIOMetadataNode root =
            (IIOMetadataNode) reader.getImageMetadata(0).getAsTree("javax_imageio_png_1.0");
        NodeList entries = root.getElementsByTagName("zTXtEntry");
        for (int i = 0; i < entries.getLength(); i++) {
          IIOMetadataNode entry = (IIOMetadataNode) entries.item(i);
          if (entry.getAttribute("keyword").equals(FigurePicture.KEYWORD)) {
            return Optional.of(MAPPER.readTree(entry.getAttribute("text")));
          }
        }
        return Optional.empty();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        reader.dispose();
      }
    }

    private static String text(JsonNode node) {
      StringBuilder text = new StringBuilder();
      if (node.isArray()) {
        node.forEach(line -> text.append(line.asText()));
      } else {
        text.append(node.asText());
      }
      return text.toString();
    }
  }
}
