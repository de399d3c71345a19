package org.unroll.tuning;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.unroll.internal.AtomicFile;
import org.unroll.internal.Failures;
import org.unroll.internal.FolderLock;

/**
 * The files of a search: {@code search.json} identifies the search, and each trial has a folder.
 * The {@code trial.json} in this folder is written last, when the trial has ended. While a search
 * is running, the folder is locked.
 */
final class SearchFolder implements AutoCloseable {
  private static final String SEARCH = "search.json";
  private static final String TRIAL = "trial.json";
  private static final String TRIAL_FOLDER = "trial-";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private FolderLock lock; // null: not open, or a folder that cannot be written

  SearchFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Creates and locks the folder, or checks that it contains the same search.
   *
   * @param identity the properties that identify the search
   * @throws IllegalStateException if the folder contains another search, or is locked by a running
   *     one
   */
  void open(Map<String, String> identity, boolean overwrite) {
    Path file = folder.resolve(SEARCH);
    try {
      if (!Files.exists(folder) || Files.isWritable(folder)) {
        lock = FolderLock.of(folder, "search");
        AtomicFile.deleteLeftovers(file); // of a killed program
      }
      if (overwrite && Files.exists(file)) {
        deleteSearch();
      }
      if (Files.exists(file)) {
        requireSame(identity, file);
        return;
      }
      if (trialFolders().findAny().isPresent()) {
        throw new IllegalStateException(
            "A folder with trials must contain a "
                + SEARCH
                + ", but "
                + folder
                + " has none. Choose another projectName.");
      }
      ObjectNode root = JSON.createObjectNode();
      identity.forEach(root::put);
      write(file, root);
    } catch (IOException e) {
      throw failure("written", file, e);
    }
  }

  private void requireSame(Map<String, String> identity, Path file) throws IOException {
    JsonNode root = read(file);
    Map<String, String> saved = new LinkedHashMap<>();
    root.properties().forEach(field -> saved.put(field.getKey(), field.getValue().asText()));
    Map<String, String> all = new LinkedHashMap<>(saved);
    all.putAll(identity);
    for (String name : all.keySet()) {
      String before = saved.getOrDefault(name, "none");
      String now = identity.getOrDefault(name, "none");
      if (!before.equals(now)) {
        throw another(name, before, now);
      }
    }
  }

  private IllegalStateException another(String name, String saved, String current) {
    return new IllegalStateException(
        "The folder "
            + folder
            + " must contain this search, but contains another one: "
            + name
            + " was "
            + saved
            + " in the folder, but is "
            + current
            + " in this search. Choose another projectName, or start again with overwrite(true).");
  }

  private void deleteSearch() throws IOException {
    // Deletes only files of a search, and search.json last, so a killed program leaves a valid
    // search.
    List<Path> folders = trialFolders().toList();
    for (Path trial : folders) {
      delete(trial);
    }
    Files.delete(folder.resolve(SEARCH));
  }

  private Stream<Path> trialFolders() throws IOException {
    if (!Files.isDirectory(folder)) {
      return Stream.of();
    }
    List<Path> folders = new ArrayList<>();
    try (Stream<Path> all = Files.list(folder)) {
      all.filter(path -> path.getFileName().toString().matches(TRIAL_FOLDER + "\\d{4,}"))
          .forEach(folders::add);
    }
    return folders.stream();
  }

  private static void delete(Path trial) throws IOException {
    BasicFileAttributes attributes;
    try {
      attributes =
          Files.readAttributes(trial, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      return;
    }
    if (!attributes.isDirectory() || attributes.isOther()) {
      // A link, or a junction of Windows: the files in the folder that it points to are not ours.
      Files.delete(trial);
      return;
    }
    // Without its JSON, a partially deleted trial counts as not ended.
    Files.deleteIfExists(trial.resolve(TRIAL));
    List<Path> files;
    try (Stream<Path> all = Files.list(trial)) {
      files = all.toList();
    }
    for (Path file : files) {
      Files.delete(file);
    }
    Files.delete(trial);
  }

  /** Unlocks the folder. */
  @Override
  public void close() {
    if (lock == null) {
      return;
    }
    try {
      lock.close();
      lock = null;
    } catch (IOException e) {
      throw failure("unlocked", folder, e);
    }
  }

  /** Returns the folder of a trial. */
  Path trial(int number) {
    return folder.resolve(String.format(Locale.ROOT, TRIAL_FOLDER + "%04d", number));
  }

  /** Creates an empty folder for a trial and deletes the files of a killed one. */
  void begin(int number) {
    try {
      delete(trial(number));
      Files.createDirectories(trial(number));
    } catch (IOException e) {
      throw failure("written", trial(number), e);
    }
  }

  /** Writes a trial that has ended. */
  void write(Trial trial) {
    ObjectNode root = JSON.createObjectNode();
    root.put("trial", trial.number());
    root.put("status", trial.status().name().toLowerCase(Locale.ROOT));
    root.set("values", JSON.valueToTree(trial.values()));
    root.put("score", trial.score());
    root.set("scores", JSON.valueToTree(trial.scores()));
    root.set("metrics", JSON.valueToTree(trial.metrics()));
    root.put("epochs", trial.epochs());
    root.put("seconds", trial.seconds());
    root.put("message", trial.message());
    Path file = trial(trial.number()).resolve(TRIAL);
    try {
      write(file, root);
    } catch (IOException e) {
      throw failure("written", file, e);
    }
  }

  /**
   * Reads the trial of a proposal if it has ended.
   *
   * @return the trial, or null if it has not ended
   * @throws IllegalStateException if the trial with this number has other values
   */
  Trial read(Proposal proposal) {
    Path file = trial(proposal.number()).resolve(TRIAL);
    if (!Files.exists(file)) {
      return null;
    }
    try {
      JsonNode root = read(file);
      Map<String, Object> values = new LinkedHashMap<>();
      root.get("values")
          .properties()
          .forEach(field -> values.put(field.getKey(), value(field.getValue())));
      if (!values.equals(proposal.values())) {
        throw another(
            "trial " + proposal.number(), values.toString(), proposal.values().toString());
      }
      List<Double> scores = new ArrayList<>();
      root.get("scores").forEach(score -> scores.add(score.asDouble()));
      Map<String, Double> metrics = new LinkedHashMap<>();
      root.get("metrics")
          .properties()
          .forEach(field -> metrics.put(field.getKey(), number(field.getValue())));
      return new Trial(
          proposal.number(),
          proposal.values(),
          Trial.Status.valueOf(root.get("status").asText().toUpperCase(Locale.ROOT)),
          number(root.get("score")),
          scores,
          metrics,
          root.get("epochs").asInt(),
          root.get("seconds").asDouble(),
          proposal.rung(),
          root.get("message").asText());
    } catch (IOException e) {
      throw failure("read", file, e);
    } catch (NullPointerException | IllegalArgumentException e) {
      throw failure("read", file, new IOException("it must be a file written by a search", e));
    }
  }

  /** Reads a number. JSON has no NaN, which Jackson writes as a string. */
  private static double number(JsonNode node) {
    return node.isNumber() ? node.doubleValue() : Double.parseDouble(node.textValue());
  }

  private static Object value(JsonNode node) {
    if (node.isInt()) {
      return node.intValue();
    }
    if (node.isNumber()) {
      return node.doubleValue();
    }
    return node.isBoolean() ? node.booleanValue() : node.textValue();
  }

  private static JsonNode read(Path file) throws IOException {
    JsonNode root = JSON.readTree(file.toFile());
    if (!root.isObject()) {
      throw new IOException("it must be a JSON object");
    }
    return root;
  }

  private static void write(Path file, ObjectNode root) throws IOException {
    byte[] bytes = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    AtomicFile.write(file, out -> out.write(bytes));
  }

  private static UncheckedIOException failure(String what, Path file, IOException cause) {
    return new UncheckedIOException(
        "The search cannot be " + what + ": " + file + ": " + Failures.reason(cause), cause);
  }
}
