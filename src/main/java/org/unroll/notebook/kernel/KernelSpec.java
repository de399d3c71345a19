package org.unroll.notebook.kernel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Writes the kernel spec that runs this library from the spec of an installed IJava or JJava. The
 * kernel is recognized by its command, so the spec may have any name and any environment.
 *
 * <p>An installed spec cannot be used unchanged: its own class path takes precedence over the
 * environment of Jupyter, and its Java may be older than the one that compiled the library.
 */
final class KernelSpec {

  private static final Pattern KERNEL =
      Pattern.compile(
          "(?i)(?:.*[/\\\\])?([ij]java)\\b[^/\\\\]*\\.jar"
              + "|(?:io\\.github\\.spencerpark|org\\.dflib)\\.([ij]java)\\..+");

  private static final String RESOURCE_FOLDER = "{resource_dir}";

  private KernelSpec() {}

  /** A spec as {@code jupyter kernelspec list --json} shows it. */
  private record Installed(String name, Path folder, JsonNode spec) {

    /** By the name of a jar or a main class, since a folder may have the other kernel's name. */
    Optional<String> kind() {
      return command()
          .map(KERNEL::matcher)
          .filter(Matcher::matches)
          .map(kernel -> kernel.group(1) != null ? kernel.group(1) : kernel.group(2))
          .map(kernel -> kernel.toLowerCase(Locale.ROOT))
          .findFirst();
    }

    /** The words of the command, where a class path counts as several. */
    private Stream<String> command() {
      return StreamSupport.stream(spec.path("argv").spliterator(), false)
          .map(word -> word.asText().replace(RESOURCE_FOLDER, folder.toString()))
          .flatMap(word -> Stream.of(word.split(File.pathSeparator, -1)));
    }

    boolean hasItsJars() {
      return command()
          .filter(word -> word.endsWith(".jar") && Path.of(word).isAbsolute())
          .allMatch(jar -> Files.exists(Path.of(jar)));
    }
  }

  /**
   * Reads the installed specs from the standard input, writes the new one and prints which kernel
   * it starts. Ends with status 1 if there is no such kernel.
   *
   * @param args the file to write; {@code ijava}, {@code jjava} or empty for either; the class path
   *     of the library; the options for the JVM of the kernel
   * @throws IOException if the specs cannot be read, or the new one cannot be written
   */
  public static void main(String[] args) throws IOException {
    Path file = Path.of(args[0]);
    JsonNode specs = new ObjectMapper().readTree(System.in).path("kernelspecs");
    Optional<Installed> found =
        specs.properties().stream()
            .map(
                entry ->
                    new Installed(
                        entry.getKey(),
                        Path.of(entry.getValue().path("resource_dir").asText()),
                        entry.getValue().path("spec")))
            .filter(installed -> !installed.folder().equals(file.getParent()))
            .filter(installed -> installed.kind().filter(k -> k.contains(args[1])).isPresent())
            .filter(Installed::hasItsJars)
            .min(
                Comparator.comparing((Installed installed) -> !installed.name().equals("java"))
                    .thenComparing(installed -> !installed.kind().orElseThrow().equals("jjava"))
                    .thenComparing(Installed::name));
    if (found.isEmpty()) {
      System.exit(1);
    }
    Files.createDirectories(file.getParent());
    Path complete = file.resolveSibling("new.json");
    new ObjectMapper()
        .writerWithDefaultPrettyPrinter()
        .writeValue(complete.toFile(), spec(found.get(), args[2], args[3]));
    // In one move: a kernel may be starting from it.
    Files.move(complete, file, StandardCopyOption.REPLACE_EXISTING);
    System.out.println(
        (found.get().kind().orElseThrow().equals("jjava") ? "JJava" : "IJava")
            + " in "
            + found.get().folder());
  }

  private static ObjectNode spec(Installed installed, String classPath, String javaOptions) {
    ObjectNode spec = installed.spec().deepCopy();
    ArrayNode command = spec.putArray("argv");
    for (JsonNode word : installed.spec().path("argv")) {
      command.add(word.asText().replace(RESOURCE_FOLDER, installed.folder().toString()));
    }
    if (List.of("java", "java.exe").contains(Path.of(command.get(0).asText()).getFileName() + "")) {
      command.set(0, Path.of(System.getProperty("java.home"), "bin", "java").toString());
    }
    spec.put("display_name", "Java").put("language", "java");
    ObjectNode environment = spec.withObject("/env");
    String variable = installed.kind().orElseThrow().equals("jjava") ? "JJAVA" : "IJAVA";
    prepend(environment, variable + "_CLASSPATH", classPath, File.pathSeparator);
    prepend(environment, "JDK_JAVA_OPTIONS", javaOptions, " ");
    return spec;
  }

  private static void prepend(ObjectNode environment, String name, String value, String separator) {
    String old = environment.path(name).asText();
    environment.put(name, old.isEmpty() ? value : value + separator + old);
  }
}
