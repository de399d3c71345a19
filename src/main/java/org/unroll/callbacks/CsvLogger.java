package org.unroll.callbacks;

import java.io.BufferedReader;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.unroll.internal.AtomicFile;
import org.unroll.internal.Failures;

/**
 * Writes the logs of every epoch as one line of a CSV file. The columns are {@code epoch}, counted
 * from 0, and the names in the logs of the first epoch in alphabetical order. Each line is written
 * immediately, so none is lost if the program ends.
 *
 * <p>As in Keras, a value that a later epoch does not have is written as {@code NA}, and a value
 * that only later epochs have is omitted.
 */
public final class CsvLogger extends Callback {
  private final Path file;
  private final boolean append;
  private List<String> columns;
  private FileOutputStream out;

  CsvLogger(Path file, boolean append) {
    this.file = file;
    this.append = append;
  }

  /** Returns the file. */
  public Path file() {
    return file;
  }

  /**
   * Opens the file. An existing file is overwritten unless lines are appended to it or the run
   * resumes from a backup.
   *
   * @throws UncheckedIOException if it cannot be opened
   */
  @Override
  public void onTrainBegin(TrainingContext training) {
    close();
    columns = null;
    try {
      AtomicFile.target(file); // checks the path
      // Not a channel: channels are closed when the thread is interrupted, and an interrupt is a
      // normal way to stop training.
      out = new FileOutputStream(file.toFile(), append || training.resumed());
    } catch (IOException e) {
      throw failed("opened", e);
    }
  }

  /**
   * Writes a line.
   *
   * @throws UncheckedIOException if it cannot be written
   * @throws IllegalStateException if the line is appended to a file with other columns
   */
  @Override
  public void onEpochEnd(TrainingContext training, int epoch, Map<String, Double> logs) {
    try {
      if (columns == null) {
        columns = new ArrayList<>(new TreeSet<>(logs.keySet()));
        writeHeader();
      }
      StringBuilder line = new StringBuilder().append(epoch);
      for (String column : columns) {
        Double value = logs.get(column);
        line.append(',').append(value == null ? "NA" : value.toString());
      }
      write(line.toString());
    } catch (IOException e) {
      throw failed("written", e);
    }
  }

  @Override
  public void onTrainEnd(TrainingContext training) {
    close();
  }

  @Override
  public void writeState(DataOutput state) throws IOException {
    out.getFD().sync();
    state.writeLong(file.toFile().length());
    state.writeInt(columns == null ? -1 : columns.size());
    for (int i = 0; columns != null && i < columns.size(); i++) {
      state.writeUTF(columns.get(i));
    }
  }

  /**
   * Removes the lines that were written after the backup.
   *
   * @throws IOException if lines that were written before the backup are missing
   */
  @Override
  public void readState(DataInput state) throws IOException {
    long length = state.readLong();
    if (file.toFile().length() < length) {
      throw new IOException(
          "the log "
              + file
              + " must have at least the "
              + length
              + " bytes that it had when the backup was made, but has "
              + file.toFile().length());
    }
    try (var whole = new RandomAccessFile(file.toFile(), "rw")) {
      whole.setLength(length);
    }
    int count = state.readInt();
    columns = count < 0 ? null : new ArrayList<>();
    for (int i = 0; i < count; i++) {
      columns.add(state.readUTF());
    }
  }

  private void writeHeader() throws IOException {
    StringBuilder header = new StringBuilder("epoch");
    columns.forEach(column -> header.append(',').append(quoted(column)));
    if (append && file.toFile().length() > 0) {
      String existing;
      try (BufferedReader reader =
          new BufferedReader(new FileReader(file.toFile(), StandardCharsets.UTF_8))) {
        existing = reader.readLine();
      }
      if (!header.toString().equals(existing)) {
        throw new IllegalStateException(
            "Lines must be appended to a file with the same columns, but "
                + file
                + " begins with '"
                + existing
                + "' and this training run has '"
                + header
                + "'. Choose another file, or do not append.");
      }
      return;
    }
    write(header.toString());
  }

  private void write(String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private static String quoted(String name) {
    boolean plain = name.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? name : '"' + name.replace("\"", "\"\"") + '"';
  }

  private void close() {
    if (out == null) {
      return;
    }
    try {
      out.close();
    } catch (IOException e) {
      throw failed("closed", e);
    } finally {
      out = null;
    }
  }

  private UncheckedIOException failed(String what, IOException cause) {
    return new UncheckedIOException(
        "The log " + file + " cannot be " + what + ": " + Failures.reason(cause), cause);
  }
}
