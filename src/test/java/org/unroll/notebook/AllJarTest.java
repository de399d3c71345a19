package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The jar with all dependencies, which Maven tests after it has built it. */
@Tag("all-jar")
@EnabledIfSystemProperty(named = "unroll.all.jar", matches = ".+")
class AllJarTest {

  private static final Path ALL_JAR = Path.of(System.getProperty("unroll.all.jar"));

  private static final String SERVICES = "META-INF/services/";

  private static final String VECTORS = "--add-modules=jdk.incubator.vector";

  /** Uses a service, Tablesaw's readers, the training, the model files, a plot, and the logger. */
  private static final String PROGRAM =
      """
      import static org.unroll.layers.Layers.*;
      import static org.unroll.training.FitOptions.epochs;

      import java.nio.file.Files;
      import java.nio.file.Path;
      import org.unroll.Sequential;
      import org.unroll.compute.Compute;
      import org.unroll.timeseries.TimeSeries;
      import org.unroll.notebook.Notebook;
      import org.unroll.plots.Plots;
      import tech.tablesaw.api.Table;

      class Program {
        public static void main(String[] args) throws Exception {
          Notebook.start();
          System.out.println(Compute.describe());
          Path csv = Files.writeString(Path.of(args[0], "a.csv"), "x,y\\n" + "1,2\\n3,4\\n".repeat(30));
          var table = Table.read().csv(csv.toFile());
          var data = TimeSeries.of(table).target("y").windows().lookback(4).step(1).delay(1).batchSize(8);
          var model = Sequential.of(input(4, 2), gru(3), dense(1));
          model.compile("adam", "mae");
          var history = model.fit(data.range(0, 60), epochs(2).verbose(0));
          Path file = Path.of(args[0], "model.keras");
          model.save(file);
          var loaded = Sequential.load(file);
          double loss = model.evaluate(data.range(0, 60)).get("loss");
          System.out.println(loaded.evaluate(data.range(0, 60)).get("loss") == loss);
          Notebook.show(history.plot());
        }
      }
      """;

  /** The jar leaves out most of two large libraries; what is left must not need more of them. */
  @Test
  void containsWhatItsClassesUseOfFastutilAndIcu() {
    var out = new StringWriter();
    ToolProvider jdeps = ToolProvider.findFirst("jdeps").orElseThrow();
    var writer = new PrintWriter(out);
    jdeps.run(writer, writer, "--multi-release", "17", "--missing-deps", ALL_JAR.toString());
    List<String> lines = out.toString().lines().toList();
    assertFalse(lines.isEmpty());
    assertEquals(
        List.of(),
        lines.stream()
            .filter(line -> line.matches(".*-> *(it\\.unimi\\.|com\\.ibm\\.icu\\.).*"))
            .toList());
  }

  @Test
  void namesEveryServiceOfItsDependencies() throws IOException {
    try (JarFile all = new JarFile(ALL_JAR.toFile())) {
      Set<String> expected = new TreeSet<>();
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        services(Path.of(entry)).filter(service -> hasClass(all, service)).forEach(expected::add);
      }
      Set<String> found = services(ALL_JAR).collect(Collectors.toCollection(TreeSet::new));
      assertEquals(expected, found);
      for (String provider : List.of(NotebookLiveView.class.getName(), "NOPServiceProvider")) {
        assertTrue(found.stream().anyMatch(each -> each.contains(provider)), found.toString());
      }
    }
  }

  /** Lines such as {@code org.example.Service org.example.Provider}, of a jar or a folder. */
  private static Stream<String> services(Path classes) throws IOException {
    List<String> services = new ArrayList<>();
    if (Files.isDirectory(classes.resolve(SERVICES))) {
      try (Stream<Path> files = Files.list(classes.resolve(SERVICES))) {
        for (Path file : files.toList()) {
          addServices(file.getFileName().toString(), Files.readString(file), services);
        }
      }
    } else if (Files.isRegularFile(classes)) {
      try (JarFile jar = new JarFile(classes.toFile())) {
        for (JarEntry entry : jar.stream().toList()) {
          if (entry.getName().startsWith(SERVICES) && !entry.isDirectory()) {
            String text =
                new String(jar.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8);
            addServices(entry.getName().substring(SERVICES.length()), text, services);
          }
        }
      }
    }
    return services.stream();
  }

  private static void addServices(String service, String providers, List<String> services) {
    providers
        .lines()
        .map(line -> line.replaceFirst("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .forEach(provider -> services.add(service + " " + provider));
  }

  private static boolean hasClass(JarFile jar, String service) {
    String provider = service.substring(service.indexOf(' ') + 1);
    return jar.getEntry(provider.replace('.', '/') + ".class") != null;
  }

  @Test
  void hasNoSignaturesAndNoModules() throws IOException {
    try (JarFile all = new JarFile(ALL_JAR.toFile())) {
      assertEquals(
          List.of(),
          all.stream()
              .map(JarEntry::getName)
              .filter(
                  name -> name.matches("META-INF/[^/]*\\.(SF|DSA|RSA|EC)|(.*/)?module-info.class"))
              .toList());
      assertTrue(all.isMultiRelease());
    }
  }

  @Test
  void hasNoTimeOfTheBuildSoThatTheSameSourcesGiveTheSameJar() throws IOException {
    try (JarFile all = new JarFile(ALL_JAR.toFile())) {
      assertEquals(
          Set.of(LocalDateTime.parse("2026-01-01T00:00")),
          all.stream()
              .filter(entry -> entry.getName().matches("org/unroll/.+|.*MANIFEST.MF"))
              .map(JarEntry::getTimeLocal)
              .collect(Collectors.toSet()));
    }
  }

  @Test
  void isAllThatAProgramNeeds(@TempDir Path folder) throws Exception {
    Path program = Files.writeString(folder.resolve("Program.java"), PROGRAM);
    Path errors = folder.resolve("errors.txt");
    String[] command = {java("java"), VECTORS, "-cp", ALL_JAR.toString(), program.toString()};

    List<String> lines = run(errors, "", append(command, folder.toString()));
    assertEquals(3, lines.size(), lines.toString());
    assertTrue(lines.get(0).startsWith("Vector API"), lines.get(0));
    assertEquals("true", lines.get(1));
    assertTrue(lines.get(2).startsWith("Figure"), lines.get(2));
    assertFalse(text(errors).matches("(?s).*(SLF4J|Exception).*"), () -> text(errors));
  }

  @Test
  void saysHowToSwitchVectorsOn(@TempDir Path folder) throws Exception {
    Path program = Files.writeString(folder.resolve("Program.java"), PROGRAM);
    String[] command = {java("java"), "-cp", ALL_JAR.toString(), program.toString()};

    List<String> lines = run(folder.resolve("errors.txt"), "", append(command, folder.toString()));
    assertEquals(
        "Training is 3 to 4.6 times slower than it could be because the Vector API is off."
            + " Start java or jshell with --add-modules jdk.incubator.vector.",
        lines.get(0));
    assertTrue(lines.get(1).startsWith("Plain loops"), lines.get(1));
    assertEquals(4, lines.size(), lines.toString());
  }

  @Test
  void servesJshell(@TempDir Path folder) throws Exception {
    List<String> lines =
        run(
            folder.resolve("errors.txt"),
            "System.out.println(org.unroll.compute.Compute.describe())\n",
            java("jshell"),
            "--class-path",
            ALL_JAR.toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "-s",
            "-");
    assertTrue(lines.toString().contains("Vector API"), lines.toString());
  }

  private static String java(String tool) {
    return Path.of(System.getProperty("java.home"), "bin", tool).toString();
  }

  private static String[] append(String[] command, String last) {
    String[] longer = Arrays.copyOf(command, command.length + 1);
    longer[command.length] = last;
    return longer;
  }

  private static List<String> run(Path errors, String input, String... command) throws Exception {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("JDK_JAVA_OPTIONS");
    Process process = builder.redirectError(errors.toFile()).start();
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    }
    List<String> lines =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .lines()
            .toList();
    assertEquals(0, process.waitFor(), () -> lines + text(errors));
    return lines;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
