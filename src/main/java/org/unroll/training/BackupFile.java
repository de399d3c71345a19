package org.unroll.training;

import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedOutputStream;
import org.unroll.callbacks.Callback;
import org.unroll.internal.AtomicFile;
import org.unroll.internal.Failures;
import org.unroll.internal.FloatArrays;
import org.unroll.internal.FolderLock;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/**
 * The file that a training run resumes from: a description of the run, the epoch and the batch, the
 * state, and a checksum of everything before it. Numbers are big-endian, and floating-point numbers
 * are stored bit by bit. The folder is locked from {@link #find} to {@link #close}.
 */
final class BackupFile implements AutoCloseable {
  private static final long MAGIC = 0x556E726F6C6C2042L; // "Unroll B"
  private static final int VERSION = 1;
  private static final String NAME = "training.backup";

  /** The state of a run besides weights, optimizer and callbacks. */
  interface State {
    void write(DataOutput out) throws IOException;

    void read(DataInput in) throws IOException;
  }

  private final Path folder;
  private final Path file;
  private final Map<String, String> description;
  private final CompiledNetwork compiled;
  private final List<Callback> callbacks;
  private final State state;

  private FolderLock lock; // null: not locked

  // The backup that was found.
  private DataInputStream found;
  private int epoch;
  private int batch;

  /**
   * Creates the backup file of a run in a folder. Nothing is read or written yet.
   *
   * @param description what must be the same in a run and its backup, by name
   * @param callbacks the callbacks whose state is part of the backup
   */
  BackupFile(
      Path folder,
      Map<String, String> description,
      CompiledNetwork compiled,
      List<Callback> callbacks,
      State state) {
    this.folder = folder;
    file = folder.resolve(NAME);
    this.description = description;
    this.compiled = compiled;
    this.callbacks = callbacks;
    this.state = state;
  }

  /**
   * Locks the folder, reads the backup, if there is one, and checks that it belongs to this run.
   *
   * @return whether there is one
   * @throws UncheckedIOException if it cannot be read or is damaged
   * @throws IllegalStateException if it belongs to another run, or another run uses the folder
   */
  boolean find() {
    try {
      lock = FolderLock.of(folder, "training run");
      AtomicFile.deleteLeftovers(file); // of a killed program
    } catch (IOException e) {
      throw failed("written", e);
    }
    if (!Files.exists(file)) {
      return false;
    }
    try (var in = new FileInputStream(file.toFile())) {
      byte[] bytes = in.readAllBytes();
      found = new DataInputStream(new ByteArrayInputStream(bytes));
      if (bytes.length < 3 * Long.BYTES || found.readLong() != MAGIC) {
        throw new IOException("the file is not a backup, or is truncated");
      }
      var crc = new CRC32();
      crc.update(bytes, 0, bytes.length - Long.BYTES);
      if (ByteBuffer.wrap(bytes).getLong(bytes.length - Long.BYTES) != crc.getValue()) {
        throw new IOException("the file is damaged: its checksum does not match");
      }
      int version = found.readInt();
      if (version != VERSION) {
        throw new IOException("the file has format " + version + " instead of " + VERSION);
      }
      requireSame(readDescription(found));
      epoch = found.readInt();
      batch = found.readInt();
      return true;
    } catch (IOException e) {
      throw failed("read", e);
    }
  }

  private static Map<String, String> readDescription(DataInput in) throws IOException {
    Map<String, String> lines = new LinkedHashMap<>();
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      lines.put(in.readUTF(), in.readUTF());
    }
    return lines;
  }

  private void requireSame(Map<String, String> saved) {
    Set<String> keys = new LinkedHashSet<>(description.keySet());
    keys.addAll(saved.keySet());
    for (String key : keys) {
      String here = description.getOrDefault(key, "none");
      String there = saved.getOrDefault(key, "none");
      if (!here.equals(there)) {
        throw new IllegalStateException(
            "A training run must match the backup that it resumes from, but in the backup in "
                + folder
                + " "
                + key
                + " is "
                + there
                + ", and here it is "
                + here
                + ". Call fit with the same model, data and options as before, or delete "
                + file
                + " to start from the beginning.");
      }
    }
  }

  /** Returns the epoch to resume in, counted from 0. */
  int epoch() {
    return epoch;
  }

  /** Returns the batch to resume with, counted from 0 in its epoch. */
  int batch() {
    return batch;
  }

  /** Restores the state from the backup that {@link #find} has read. */
  void restore() {
    try (DataInputStream in = found) {
      state.read(in);
      for (Weight weight : compiled.network().weights()) {
        FloatArrays.read(in, weight.values());
      }
      Optimizer optimizer = compiled.optimizer();
      optimizer.build(compiled.trainable());
      optimizer.iterations(in.readLong());
      double rate = in.readDouble();
      if (optimizer.schedule() == null) {
        optimizer.learningRate(rate);
      }
      for (Optimizer.Slot slot : optimizer.slots()) {
        FloatArrays.read(in, slot.values());
      }
      for (Callback callback : callbacks) {
        byte[] saved = new byte[in.readInt()];
        in.readFully(saved);
        callback.readState(new DataInputStream(new ByteArrayInputStream(saved)));
      }
    } catch (IOException e) {
      throw failed("read", e);
    }
    found = null;
  }

  /**
   * Writes the state of the run. The file is replaced as a whole.
   *
   * @param nextEpoch the epoch to resume in
   * @param nextBatch the batch of this epoch to resume with
   */
  void write(int nextEpoch, int nextBatch) {
    try {
      AtomicFile.createFolder(folder);
      AtomicFile.write(file, out -> write(out, nextEpoch, nextBatch));
    } catch (IOException e) {
      throw failed("written", e);
    }
  }

  private void write(OutputStream file, int nextEpoch, int nextBatch) throws IOException {
    var checked = new CheckedOutputStream(new BufferedOutputStream(file, 1 << 16), new CRC32());
    var out = new DataOutputStream(checked);
    out.writeLong(MAGIC);
    out.writeInt(VERSION);
    out.writeInt(description.size());
    for (Map.Entry<String, String> line : description.entrySet()) {
      out.writeUTF(line.getKey());
      out.writeUTF(line.getValue());
    }
    out.writeInt(nextEpoch);
    out.writeInt(nextBatch);
    state.write(out);
    for (Weight weight : compiled.network().weights()) {
      FloatArrays.write(out, weight.values());
    }
    Optimizer optimizer = compiled.optimizer();
    optimizer.build(compiled.trainable());
    out.writeLong(optimizer.iterations());
    out.writeDouble(optimizer.learningRate());
    for (Optimizer.Slot slot : optimizer.slots()) {
      FloatArrays.write(out, slot.values());
    }
    for (Callback callback : callbacks) {
      var bytes = new ByteArrayOutputStream();
      callback.writeState(new DataOutputStream(bytes));
      out.writeInt(bytes.size());
      bytes.writeTo(out);
    }
    out.writeLong(checked.getChecksum().getValue());
    out.flush();
  }

  /** Deletes the backup. */
  void delete() {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw failed("deleted", e);
    }
  }

  /** Unlocks the folder, and deletes it if it is empty and no link. */
  @Override
  public void close() {
    if (lock == null) {
      return;
    }
    try {
      lock.close();
      lock = null;
      if (!Files.isSymbolicLink(folder)) {
        Files.deleteIfExists(folder);
      }
    } catch (DirectoryNotEmptyException e) {
      // It contains a backup, or other files that belong to the user.
    } catch (IOException e) {
      throw failed("unlocked", e);
    }
  }

  private UncheckedIOException failed(String what, IOException cause) {
    return new UncheckedIOException(
        "The backup "
            + file
            + " cannot be "
            + what
            + ": "
            + Failures.reason(cause)
            + (what.equals("read") ? ". Delete it to train from the beginning." : ""),
        cause);
  }
}
