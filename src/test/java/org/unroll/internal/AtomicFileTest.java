package org.unroll.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
