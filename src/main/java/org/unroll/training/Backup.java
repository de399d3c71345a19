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
import org.unroll.internal.FloatArrays;
import org.unroll.network.Weight;
import org.unroll.optimizers.Optimizer;

/**
 * The file of a training's backup: what the training is, where it stood, its state, and a checksum
 * of all that. Numbers are stored bit by bit, the most significant byte first.
 */
final class Backup {
  private static final long MAGIC = 0x556E726F6C6C2042L; // "Unroll B"
  private static final int VERSION = 1;
  private static final String NAME = "training.backup";

  /** What a training adds to weights, optimizer and callbacks. */
  interface State {
    void write(DataOutput out) throws IOException;

    void read(DataInput in) throws IOException;
  }

  private final Path folder;
  private final Path file;
  private final Map<String, String> description;
  private final List<Weight> weights;
  private final Optimizer optimizer;
  private final List<Weight> trained;
  private final List<Callback> callbacks;
  private final State state;

  // A backup that was found.
  private DataInputStream found;
  private int epoch;
  private int batch;

  /**
   * The backup of a training in a folder; nothing is read or written yet.
   *
   * @param description what a training has to have in common with its backup
   * @param weights all weights
   * @param trained those that the optimizer changes
   * @param callbacks those whose state belongs to it
   */
  Backup(
      Path folder,
      Map<String, String> description,
      List<Weight> weights,
      Optimizer optimizer,
      List<Weight> trained,
      List<Callback> callbacks,
      State state) {
    this.folder = folder;
    file = folder.resolve(NAME);
    this.description = description;
    this.weights = weights;
    this.optimizer = optimizer;
    this.trained = trained;
    this.callbacks = callbacks;
    this.state = state;
  }

  /**
   * Looks for a backup and checks that it belongs to this training.
   *
   * @return whether there is one
   * @throws UncheckedIOException if it cannot be read or is damaged
   * @throws IllegalStateException if it belongs to another training
   */
  boolean find() {
    if (!Files.exists(file)) {
      return false;
    }
    try (var in = new FileInputStream(file.toFile())) {
      byte[] bytes = in.readAllBytes();
      found = new DataInputStream(new ByteArrayInputStream(bytes));
      if (bytes.length < 3 * Long.BYTES || found.readLong() != MAGIC) {
        throw new IOException("it is no backup of a training, or it is cut off");
      }
      var crc = new CRC32();
      crc.update(bytes, 0, bytes.length - Long.BYTES);
      if (ByteBuffer.wrap(bytes).getLong(bytes.length - Long.BYTES) != crc.getValue()) {
        throw new IOException("it is damaged, its checksum is wrong");
      }
      int version = found.readInt();
      if (version != VERSION) {
        throw new IOException("its format is " + version + ", this library's is " + VERSION);
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

  private void requireSame(Map<String, String> theirs) {
    Set<String> keys = new LinkedHashSet<>(description.keySet());
    keys.addAll(theirs.keySet());
    for (String key : keys) {
      String here = description.getOrDefault(key, "none");
      String there = theirs.getOrDefault(key, "none");
      if (!here.equals(there)) {
        throw new IllegalStateException(
            "The backup in "
                + folder
                + " belongs to another training: there "
                + key
                + " is "
                + there
                + ", here it is "
                + here
                + ". Call fit as it was called then, or delete "
                + file
                + " to begin anew.");
      }
    }
  }

  /** The epoch to go on with, counted from 0. */
  int epoch() {
    return epoch;
  }

  /** The batch of this epoch to go on with, counted from 0; 0 if the epoch is to begin. */
  int batch() {
    return batch;
  }

  /** Gives the training the state of the backup that was found. */
  void restore() {
    try (DataInputStream in = found) {
      state.read(in);
      for (Weight weight : weights) {
        FloatArrays.read(in, weight.values());
      }
      optimizer.build(trained);
      optimizer.iterations(in.readLong());
      double rate = in.readDouble();
      if (optimizer.schedule() == null) {
        optimizer.learningRate(rate);
      }
      for (Optimizer.Slot slot : optimizer.slots()) {
        FloatArrays.read(in, slot.values());
      }
      for (Callback callback : callbacks) {
        byte[] own = new byte[in.readInt()];
        in.readFully(own);
        callback.readState(new DataInputStream(new ByteArrayInputStream(own)));
      }
    } catch (IOException e) {
      throw failed("read", e);
    }
    found = null;
  }

  /**
   * Writes the training's state.
   *
   * @param nextEpoch the epoch to go on with
   * @param nextBatch the batch of this epoch to go on with
   */
  void write(int nextEpoch, int nextBatch) {
    try {
      Files.createDirectories(folder);
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
    for (Weight weight : weights) {
      FloatArrays.write(out, weight.values());
    }
    optimizer.build(trained);
    out.writeLong(optimizer.iterations());
    out.writeDouble(optimizer.learningRate());
    for (Optimizer.Slot slot : optimizer.slots()) {
      FloatArrays.write(out, slot.values());
    }
    for (Callback callback : callbacks) {
      var own = new ByteArrayOutputStream();
      callback.writeState(new DataOutputStream(own));
      out.writeInt(own.size());
      own.writeTo(out);
    }
    out.writeLong(checked.getChecksum().getValue());
    out.flush();
  }

  /** Deletes the backup, and its folder if nothing else is in it. */
  void delete() {
    try {
      Files.deleteIfExists(file);
      AtomicFile.deleteLeftovers(file);
      Files.deleteIfExists(folder);
    } catch (DirectoryNotEmptyException e) {
      // What else is there is not this class's.
    } catch (IOException e) {
      throw failed("deleted", e);
    }
  }

  private UncheckedIOException failed(String what, IOException cause) {
    return new UncheckedIOException(
        "The backup " + file + " cannot be " + what + ": " + cause.getMessage(), cause);
  }
}
