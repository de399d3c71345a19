package org.unroll.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
  @TempDir Path folder;

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void replacesTheWholeFileOrLeavesItUnchanged() throws IOException {
    Path file = folder.resolve("a.txt");
    AtomicFile.write(file, out -> out.write('1'));
    assertEquals("1", Files.readString(file));
    var error =
        assertThrows(
            IOException.class,
            () ->
                AtomicFile.write(
                    file,
                    out -> {
                      out.write('2');
                      assertEquals("1", Files.readString(file));
                      throw new IOException("the disk is full");
                    }));
    assertEquals("the disk is full", error.getMessage());
    assertEquals("1", Files.readString(file));
    assertEquals(List.of("a.txt"), files());
    AtomicFile.write(file, out -> out.write('3'));
    assertEquals("3", Files.readString(file));
  }

  @Test
  void writesTheFileWhenTheThreadIsInterrupted() throws IOException {
    Path file = folder.resolve("a.txt");
    Thread.currentThread().interrupt();
    AtomicFile.write(file, out -> out.write('1'));
    assertTrue(Thread.interrupted());
    assertEquals("1", Files.readString(file));
  }

  @Test
  void replacesTheTargetOfALink() throws IOException {
    Path target = Files.createDirectory(folder.resolve("there")).resolve("a.txt");
    Path link = folder.resolve("link.txt");
    Files.createSymbolicLink(link, Path.of("there/a.txt"));
    AtomicFile.write(link, out -> out.write('1')); // the target does not exist yet
    AtomicFile.write(link, out -> out.write('2'));
    assertEquals("2", Files.readString(target));
    assertTrue(Files.isSymbolicLink(link));
    assertEquals(List.of("link.txt", "there"), files());
    Path circle = folder.resolve("circle.txt");
    Files.createSymbolicLink(circle, circle);
    var e = assertThrows(IOException.class, () -> AtomicFile.write(circle, out -> out.write('1')));
    assertTrue(e.getMessage().contains("circle"), e.getMessage());
  }

  @Test
  void deletesWhatAKilledProcessLeft() throws IOException, InterruptedException {
    Process killed = new ProcessBuilder("java", "-version").start();
    long dead = killed.pid();
    killed.waitFor();
    Path file = folder.resolve("a.txt");
    String alive = AtomicFile.temporaryFor(file).getName();
    String own = ProcessHandle.current().pid() + ".";
    assertTrue(alive.contains(own), alive);
    Files.writeString(folder.resolve(alive), "half");
    Files.writeString(folder.resolve(alive.replace(own, dead + ".")), "half");
    AtomicFile.write(file, out -> out.write('1'));
    assertEquals(List.of(alive, "a.txt"), files());
  }

  @Test
  void namesTheReasonWhyAFileCannotBeWritten() throws IOException {
    Path missing = folder.resolve("missing/a.txt");
    assertMessage(missing, "the folder " + missing.getParent() + " must exist");
    Path plain = Files.createFile(folder.resolve("plain"));
    assertMessage(plain.resolve("a.txt"), plain + " must be a folder, but is a file");
    assertMessage(folder, "must be a file, but is a folder");
    Path zip = folder.resolve("a.zip");
    try (var files = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      assertMessage(files.getPath("/a.txt"), "must be in the default file system");
    }
  }

  private static void assertMessage(Path file, String message) {
    var e = assertThrows(IOException.class, () -> AtomicFile.write(file, out -> {}));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void deletesOnlyTheLeftoversOfKilledPrograms() throws IOException {
    Path file = folder.resolve("a.txt");
    Files.writeString(AtomicFile.temporaryFor(file).toPath(), "half");
    Files.writeString(AtomicFile.temporaryFor(folder.resolve("b.txt")).toPath(), "half");
    Files.writeString(folder.resolve("a.txt.tmp"), "other");
    Files.writeString(file, "whole");
    AtomicFile.deleteLeftovers(file);
    List<String> left = files();
    assertEquals(3, left.size(), left::toString);
    assertTrue(left.get(0).startsWith(".b.txt."), left::toString);
    assertEquals(List.of("a.txt", "a.txt.tmp"), left.subList(1, 3));
  }
}
