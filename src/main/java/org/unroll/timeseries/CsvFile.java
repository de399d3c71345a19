package org.unroll.timeseries;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * The text of a file of separated values.
 *
 * @param path the file
 * @param text its characters, without a byte order mark
 * @param encoding the encoding that was found or set
 */
record CsvFile(Path path, String text, Charset encoding) {
  private static final Charset WINDOWS = Charset.forName("windows-1252");

  /** The number of characters from which the separator and the header are found. */
  private static final int SAMPLE = 200_000;

  /**
   * One row.
   *
   * @param line the number of its first line, from 1
   * @param cells its values, without surrounding spaces
   */
  record Row(long line, List<String> cells) {
    boolean isBlank() {
      for (String cell : cells) {
        if (!cell.isEmpty()) {
          return false;
        }
      }
      return true;
    }

    boolean isComment() {
      return cells.get(0).startsWith("#");
    }
  }

  /**
   * Reads a file.
   *
   * @param encoding the encoding, or null to find it: that of the byte order mark, UTF-8 if the
   *     bytes are valid UTF-8, otherwise windows-1252
   */
  static CsvFile read(Path path, Charset encoding) throws IOException {
    byte[] bytes = Files.readAllBytes(path);
    Charset found = encoding == null ? encoding(bytes) : encoding;
    String text = new String(bytes, found);
    if (text.indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          "The file "
              + path
              + " must be text, but contains a null character when it is read as "
              + found
              + ". If it is text in another encoding, set it: .encoding(\"UTF-16LE\").");
    }
    return new CsvFile(path, text.startsWith("\uFEFF") ? text.substring(1) : text, found);
  }

  private static Charset encoding(byte[] bytes) {
    if (startsWith(bytes, 0xFF, 0xFE)) {
      return StandardCharsets.UTF_16LE;
    }
    if (startsWith(bytes, 0xFE, 0xFF)) {
      return StandardCharsets.UTF_16BE;
    }
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return StandardCharsets.UTF_8;
    } catch (CharacterCodingException e) {
      return WINDOWS;
    }
  }

  private static boolean startsWith(byte[] bytes, int first, int second) {
    return bytes.length > 1 && (bytes[0] & 0xFF) == first && (bytes[1] & 0xFF) == second;
  }

  /** Returns the beginning of the file, up to the end of a line. */
  CsvFile sample() {
    if (text.length() <= SAMPLE) {
      return this;
    }
    int end = text.lastIndexOf('\n', SAMPLE);
    return new CsvFile(path, text.substring(0, end < 0 ? text.length() : end), encoding);
  }

  /**
   * Passes on all rows that are not empty lines.
   *
   * @param separator the separator; a space stands for any spaces and tabs
   * @throws IllegalArgumentException if a quote is not closed
   */
  void forEach(char separator, Consumer<Row> action) {
    String separated =
        separator == ' '
            ? text.replaceAll("(?m)^[ \\t]+|[ \\t]+$", "").replaceAll("[ \\t]+", "\t")
            : text;
    try (CsvReader<CsvRecord> reader =
        CsvReader.builder()
            .fieldSeparator(separator == ' ' ? '\t' : separator)
            .skipEmptyLines(true)
            .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
            .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
            .allowUnclosedQuote(false)
            .trimWhitespacesAroundQuotes(true)
            .ofCsvRecord(separated)) {
      for (CsvRecord record : reader) {
        String[] cells = record.getFields().toArray(String[]::new);
        for (int j = 0; j < cells.length; j++) {
          cells[j] = cells[j].strip();
        }
        action.accept(new Row(record.getStartingLineNumber(), Arrays.asList(cells)));
      }
    } catch (CsvParseException e) {
      throw new IllegalArgumentException(
          "The file "
              + path
              + " must contain separated values, but could not be parsed: "
              + e.getMessage(),
          e);
    } catch (IOException e) {
      throw new IllegalStateException("Text in memory must be readable", e);
    }
  }
}
