package org.unroll.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code notebooks/start} in a project of two notebooks and one solution, with stand-ins for Maven,
 * Jupyter, apt-get and Python that need no network. The kernel specs are those that Jupyter would
 * list.
 */
@DisabledOnOs(OS.WINDOWS)
class StartTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The library's classes that the command itself runs, and no dependency but Jackson. */
  private static final String MAVEN =
      """
      #!/bin/sh
      for word; do
        case $word in
          -DoutputDirectory=*) folder=${word#*=} ;;
          -Dartifact=*) artifact=${word#*=} ;;
        esac
      done
      echo "[INFO] --- fake:1:goal (default) @ unroll ---"
      mkdir -p "$folder" target/classes/org/unroll/notebook/kernel
      case ${artifact:-} in
        *mathjax*) exit 1 ;;
        *rapaio*) touch "$folder/rapaio-jupyter-kernel-3.0.1.jar"; exit ;;
      esac
      cp @CLASSES@/org/unroll/notebook/kernel/KernelSpec* target/classes/org/unroll/notebook/kernel
      cp @JACKSON@ "$folder"
      """;

  /** Writes down how it is called. As nbconvert it has a kernel, which a signal to it ends. */
  private static final String JUPYTER =
      """
      #!/bin/sh
      echo "$@" >> @ROOT@/calls
      case "$1 $2" in
        "nbconvert --version" | "lab --version") [ ! -f @ROOT@/no-jupyter ] ;;
        "--data-dir "*) echo @ROOT@/home/.local/share/jupyter ;;
        "kernelspec list") cat @ROOT@/specs.json ;;
        "nbconvert --log-level=WARN")
          if [ -f @ROOT@/long-cell ]; then
            sleep 60 &
            echo $! > @ROOT@/kernel
            trap 'kill $(cat @ROOT@/kernel); exit 1' TERM
            wait
          fi
          ;;
      esac
      """;

  @TempDir Path folder;

  private Path root;
  private final ObjectNode specs = MAPPER.createObjectNode();

  @BeforeEach
  void makeProject() throws IOException {
    root = folder.toRealPath();
    Files.createDirectories(root.resolve("bin"));
    Files.createDirectories(root.resolve("home"));
    Files.createDirectories(root.resolve("project/notebooks"));
    Files.createDirectories(root.resolve("project/src/main"));
    Files.createFile(root.resolve("project/pom.xml"));
    Files.copy(Path.of("notebooks/start"), root.resolve("project/notebooks/start"));
    for (String notebook : List.of("01-one.ipynb", "02-two.ipynb")) {
      Files.writeString(root.resolve("project/notebooks").resolve(notebook), "{}");
    }
    Path solutions = Files.createDirectories(root.resolve("project/notebooks/solutions"));
    Files.writeString(solutions.resolve("01-one.ipynb"), "{}");
    executable("project/mvnw", MAVEN);
    executable("bin/jupyter", JUPYTER);
    executable("bin/apt-get", "#!/bin/sh\necho apt-get \"$@\" >> @ROOT@/calls\n");
    executable("bin/python3", "#!/bin/sh\nexit 1\n");
    executable("bin/id", "#!/bin/sh\necho 0\n");
  }

  private void executable(String name, String script) throws IOException {
    String classPath = System.getProperty("java.class.path");
    String jackson =
        String.join(
            " ",
            List.of(classPath.split(File.pathSeparator, -1)).stream()
                .filter(jar -> jar.contains("jackson-"))
                .toList());
    Path file =
        Files.writeString(
            root.resolve(name),
            script
                .replace("@CLASSES@", Path.of("target/classes").toAbsolutePath().toString())
                .replace("@JACKSON@", jackson)
                .replace("@ROOT@", root.toString()));
    assertTrue(file.toFile().setExecutable(true));
  }

  /** Adds a spec to those that Jupyter lists; the jar in its folder exists. */
  private ObjectNode install(String name, String... command) throws IOException {
    Path resources = root.resolve("kernels").resolve(name);
    Files.createDirectories(resources);
    ObjectNode entry = specs.withObject("/" + name).put("resource_dir", resources.toString());
    ObjectNode spec = entry.putObject("spec").put("display_name", name).put("language", "java");
    for (String word : command) {
      spec.withArray("/argv").add(word.replace("@FOLDER@", resources.toString()));
      if (word.endsWith(".jar")) {
        String jar = word.replaceFirst(".*/", "");
        Files.write(resources.resolve(jar), new byte[0]);
      }
    }
    return spec;
  }

  private record Result(int status, String text) {}

  private Process begin(String... arguments) throws IOException {
    MAPPER.writeValue(
        root.resolve("specs.json").toFile(), MAPPER.createObjectNode().set("kernelspecs", specs));
    List<String> command = new ArrayList<>(List.of("/bin/sh", "project/notebooks/start"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(root.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", root.resolve("bin") + ":/usr/bin:/bin");
    builder.environment().put("HOME", root.resolve("home").toString());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.redirectErrorStream(true).redirectInput(new File("/dev/null"));
    return builder.start();
  }

  private Result start(String... arguments) throws Exception {
    Process process = begin(arguments);
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Result(process.waitFor(), text);
  }

  private JsonNode written(String... options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("--run", "true"));
    Result result = start(arguments.toArray(String[]::new));
    assertEquals(0, result.status(), result.text());
    return MAPPER.readTree(root.resolve("project/.jupyter/data/kernels/java/kernel.json").toFile());
  }

  private List<String> calls(String beginning) throws IOException {
    try (var lines = Files.lines(root.resolve("calls"))) {
      return lines.filter(line -> line.startsWith(beginning)).toList();
    }
  }

  private String library() {
    return root.resolve("project/.jupyter/lib") + "/*.jar";
  }

  private static List<String> argv(JsonNode spec) {
    return StoredNotebook.elements(spec.path("argv")).map(JsonNode::asText).toList();
  }

  private static String ourJava() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  @Test
  void ijavaKeepsItsSettingsButFindsTheLibraryFirst() throws Exception {
    ObjectNode spec =
        install(
            "my-java",
            "/opt/jdk-11/bin/java",
            "-Xmx1g",
            "-jar",
            "@FOLDER@/ijava-1.3.0.jar",
            "{connection_file}");
    spec.put("interrupt_mode", "message");
    spec.withObject("/env")
        .put("IJAVA_CLASSPATH", "/theirs/*.jar")
        .put("IJAVA_TIMEOUT", "-1")
        .put("JDK_JAVA_OPTIONS", "-Dtheirs");

    JsonNode written = written();

    String jar = root.resolve("kernels/my-java/ijava-1.3.0.jar").toString();
    assertEquals(List.of(ourJava(), "-Xmx1g", "-jar", jar, "{connection_file}"), argv(written));
    assertEquals(library() + ":/theirs/*.jar", written.at("/env/IJAVA_CLASSPATH").asText());
    assertEquals("-1", written.at("/env/IJAVA_TIMEOUT").asText());
    String options = written.at("/env/JDK_JAVA_OPTIONS").asText();
    assertTrue(options.startsWith("--add-modules=jdk.incubator.vector "), options);
    assertTrue(options.endsWith(" -Dtheirs"), options);
    assertEquals("message", written.path("interrupt_mode").asText());
  }

  @Test
  void jjavaIsFoundInTheFolderOfItsSpec() throws Exception {
    install(
        "JJava",
        "java",
        "-jar",
        "{resource_dir}/jjava-launcher.jar",
        "{resource_dir}/jjava.jar",
        "{connection_file}");

    JsonNode written = written();

    Path resources = root.resolve("kernels/JJava");
    assertEquals(
        List.of(
            ourJava(),
            "-jar",
            resources + "/jjava-launcher.jar",
            resources + "/jjava.jar",
            "{connection_file}"),
        argv(written));
    assertEquals(library(), written.at("/env/JJAVA_CLASSPATH").asText());
  }

  @Test
  void theKernelNamedJavaComesFirstUnlessAnotherIsAskedFor() throws Exception {
    install("jjava", "java", "-jar", "@FOLDER@/jjava.jar", "{connection_file}");
    install(
        "java",
        "java",
        "-cp",
        "@FOLDER@/ijava.jar:/x",
        "io.github.spencerpark.ijava.IJava",
        "{connection_file}");
    Files.createFile(root.resolve("kernels/java/ijava.jar"));

    assertTrue(written().at("/env").has("IJAVA_CLASSPATH"));
    assertTrue(written("--kernel", "jjava").at("/env").has("JJAVA_CLASSPATH"));
  }

  @Test
  void otherKernelsAndSpecsWithoutTheirJarAreLeftAlone() throws Exception {
    install("javascript", "ijskernel", "{connection_file}");
    install("java", "java", "-jar", "/gone/ijava.jar", "{connection_file}");
    install("python3", "python3", "-m", "ipykernel_launcher", "-f", "{connection_file}");
    install("rapaio", "java", "-jar", "/home/ijava/rapaio-jupyter-kernel.jar", "{connection_file}");

    JsonNode written = written();
    assertTrue(
        argv(written).contains("org.unroll.notebook.kernel.RapaioKernelLauncher"),
        written.toString());
  }

  @Test
  void theMessageSaysWhereIjavaComesFrom() throws Exception {
    Result result = start("--kernel", "ijava", "--run", "true");
    assertEquals(1, result.status());
    assertTrue(
        result.text().contains("https://github.com/SpencerPark/IJava/releases"), result.text());
    assertTrue(result.text().contains("conda install -c conda-forge ijava"), result.text());
  }

  @Test
  void allNotebooksAreTrusted() throws Exception {
    Result result = start("01");
    assertEquals(0, result.status(), result.text());
    String project = root.resolve("project/notebooks") + "/";
    String trusted = calls("trust ").get(0);
    assertTrue(trusted.contains(project + "01-one.ipynb"), trusted);
    assertTrue(trusted.contains(project + "02-two.ipynb"), trusted);
    assertTrue(trusted.contains(project + "solutions/01-one.ipynb"), trusted);
    List<String> opened = calls("lab ");
    assertTrue(opened.get(opened.size() - 1).endsWith(project + "01-one.ipynb"), opened.toString());
  }

  @Test
  void systemPackagesNeedAYes() throws Exception {
    Files.createFile(root.resolve("no-jupyter"));
    Result refused = start("--execute", "01");
    assertEquals(1, refused.status());
    assertTrue(
        refused.text().contains("apt-get install --no-install-recommends jupyter-notebook"),
        refused.text());
    assertTrue(refused.text().contains("--yes"), refused.text());
    assertEquals(List.of(), calls("apt-get"));

    Result installed = start("--yes", "--execute", "01");
    assertEquals(0, installed.status(), installed.text());
    assertEquals(2, calls("apt-get").size(), calls("apt-get").toString());
  }

  @Test
  void executedNotebooksGoToTargetUnlessTheyAreStored() throws Exception {
    Path stored = root.resolve("project/notebooks/01-one.ipynb");
    Path executed = root.resolve("project/target/notebooks/01-one.ipynb");
    assertEquals(0, start("--execute", "01").status());
    assertEquals(0, start("--quick", "01").status());
    assertEquals(0, start("--store", "01").status());

    assertEquals(
        List.of(executed, executed, stored),
        calls("nbconvert").stream()
            .filter(call -> call.contains("--to=notebook"))
            .map(call -> Path.of(call.replaceFirst(".*--output=(\\S+) .*", "$1")))
            .toList());
    Result both = start("--quick", "--store", "01");
    assertEquals(1, both.status());
    assertTrue(both.text().contains("--store must not be used with --quick"), both.text());
  }

  @Test
  void executesSolutionsAfterTheNotebooksAndWritesThemToTheirOwnFolder() throws Exception {
    Path solution = root.resolve("project/notebooks/solutions/01-one.ipynb");
    Path executed = root.resolve("project/target/notebooks/solutions/01-one.ipynb");
    assertEquals(0, start("--quick").status());
    assertEquals(0, start("--store", "solutions/01").status());
    assertEquals(0, start("--store", "01").status());

    assertEquals(
        List.of(
            root.resolve("project/target/notebooks/01-one.ipynb"),
            root.resolve("project/target/notebooks/02-two.ipynb"),
            executed,
            solution,
            root.resolve("project/notebooks/01-one.ipynb")),
        calls("nbconvert").stream()
            .filter(call -> call.contains("--to=notebook"))
            .map(call -> Path.of(call.replaceFirst(".*--output=(\\S+) .*", "$1")))
            .toList());
    assertEquals(
        2,
        calls("nbconvert").stream()
            .filter(call -> call.contains("--output-dir=target/notebooks/solutions "))
            .count());
  }

  @Test
  void aSignalEndsTheConversionAndItsKernel() throws Exception {
    Files.createFile(root.resolve("long-cell"));
    Process process = begin("--execute", "01");
    Path kernel = root.resolve("kernel");
    for (int tries = 0; tries < 600 && !(Files.exists(kernel) && Files.size(kernel) > 0); tries++) {
      Thread.sleep(100);
    }
    ProcessHandle running =
        ProcessHandle.of(Long.parseLong(Files.readString(kernel).strip())).orElseThrow();
    process.toHandle().destroy();

    assertTrue(process.waitFor(20, TimeUnit.SECONDS));
    assertEquals(143, process.exitValue());
    for (int tries = 0; tries < 50 && running.isAlive(); tries++) {
      Thread.sleep(100);
    }
    assertFalse(running.isAlive());
    assertEquals(1, calls("nbconvert --log").size());
  }

  @Test
  void progressIsShownAndUndoRemovesAll() throws Exception {
    Result result = start("--run", "true");
    assertTrue(result.text().contains("    fake:1:goal\n"), result.text());
    assertTrue(Files.exists(root.resolve("project/.jupyter")));

    assertEquals(0, start("--undo").status());
    assertFalse(Files.exists(root.resolve("project/.jupyter")));
  }

  @Test
  void aFailedBuildShowsItsErrors() throws Exception {
    executable("project/mvnw", "#!/bin/sh\necho '[ERROR] no compiler'\nexit 1\n");
    Result result = start("--run", "true");
    assertEquals(1, result.status());
    assertTrue(result.text().contains("[ERROR] no compiler"), result.text());
    assertTrue(result.text().contains("the build failed"), result.text());
  }

  @Test
  void leavesFilesBehindLinks() throws Exception {
    Path strangers = Files.createDirectories(root.resolve("stranger/notebooks"));
    Files.createDirectories(root.resolve("stranger/lib"));
    Path file = Files.writeString(strangers.resolve("diary.ipynb"), "of a stranger");
    Path library = Files.writeString(root.resolve("stranger/lib/diary.jar"), "of a stranger");
    Path own = root.resolve("project/.jupyter");
    Files.createSymbolicLink(own, root.resolve("stranger"));
    Files.createSymbolicLink(root.resolve("project/target"), root.resolve("stranger"));
    Result result = start("--run", "true");
    assertEquals(1, result.status());
    assertTrue(result.text().contains(".jupyter must be a folder, but is a link"), result.text());
    assertEquals(0, start("--undo").status());
    assertFalse(Files.exists(own, LinkOption.NOFOLLOW_LINKS));
    assertEquals("of a stranger", Files.readString(file));
    assertEquals("of a stranger", Files.readString(library));
  }
}
