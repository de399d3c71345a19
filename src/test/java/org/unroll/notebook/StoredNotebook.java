package org.unroll.notebook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.InflaterInputStream;
import org.unroll.plots.FigurePicture;

/** A notebook file, with access to the texts and figures of its outputs. */
record StoredNotebook(Path file, long bytes, JsonNode json, List<Cell> cells) {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final int PNG_SIGNATURE = 8;

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

  /** Returns the notebooks of a folder by name, which is the order of the series. */
  static List<Path> in(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".ipynb")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns whether this is the solution of the exercises of a notebook. */
  boolean isSolution() {
    return file.toAbsolutePath().getParent().endsWith("solutions");
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

  /** A cell, whose texts are stored as one string or as a list of lines. */
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

    /** Returns the printed text and the tables of the outputs, one string per format. */
    List<String> shownTexts() {
      List<String> texts = new ArrayList<>();
      for (JsonNode output : outputs()) {
        texts.add(text(output.path("text")));
        texts.add(text(output.at("/data/text~1plain")));
        texts.add(html(output));
      }
      return texts.stream().filter(text -> !text.isBlank()).toList();
    }

    /** Returns the text of each output as a page shows it, which prefers HTML. */
    List<String> visibleTexts() {
      List<String> texts = new ArrayList<>();
      for (JsonNode output : outputs()) {
        JsonNode data = output.path("data");
        texts.add(text(output.path("text")));
        if (data.has("text/html")) {
          texts.add(html(output));
        } else if (data.size() == 1) {
          texts.add(text(data.path("text/plain")));
        }
      }
      return texts;
    }

    private static String html(JsonNode output) {
      return text(output.at("/data/text~1html"))
          .replaceAll("(?s)<(script|style)\\b.*?</\\1>", " ")
          .replaceAll("<[^>]*>", " ");
    }

    /** Returns Plotly's JSON of each figure among the outputs, read from the pictures. */
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

    /** Reads the chunk without ImageIO, which cuts off texts at 262,144 characters since JDK 22. */
    private static Optional<JsonNode> figure(byte[] png) {
      ByteBuffer chunks = ByteBuffer.wrap(png).position(PNG_SIGNATURE);
      while (chunks.hasRemaining()) {
        byte[] data = new byte[chunks.getInt()];
        byte[] type = new byte[4];
        chunks.get(type).get(data).getInt(); // the checksum
        String start = FigurePicture.KEYWORD + "\0\0"; // the second zero: compressed by zlib
        if (new String(type, StandardCharsets.ISO_8859_1).equals("zTXt")
            && new String(data, StandardCharsets.ISO_8859_1).startsWith(start)) {
          int from = start.length();
          try (var text =
              new InflaterInputStream(new ByteArrayInputStream(data, from, data.length - from))) {
            return Optional.of(
                MAPPER.readTree(new String(text.readAllBytes(), StandardCharsets.ISO_8859_1)));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      }
      return Optional.empty();
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
