package org.unroll.tuning;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.unroll.internal.FolderLock;

/** Links, locks and leftovers in the folder of a search. */
@Timeout(60)
class SearchFolderTest {
  private static DoubleSupplier square(HyperParameters hp) {
    double x = hp.Float("x", 0, 1);
    return () -> x * x;
  }

  @TempDir Path folder;
  private Path search;
  private Path stranger;

  @BeforeEach
  void createStrangersFiles() throws IOException {
    search = folder.resolve("search");
    stranger = Files.createDirectories(folder.resolve("stranger"));
    for (String name : List.of("diary.txt", "trial.json", "model-0.keras")) {
      Files.writeString(stranger.resolve(name), "of a stranger");
    }
  }

  private void assertStrangersFilesAreIntact() throws IOException {
    try (Stream<Path> files = Files.list(stranger)) {
      assertEquals(3, files.count());
    }
    for (String name : List.of("diary.txt", "trial.json", "model-0.keras")) {
      assertEquals("of a stranger", Files.readString(stranger.resolve(name)));
    }
  }

  private RandomSearch tuner() {
    return new RandomSearch(Objective.min("value"), 4)
        .directory(folder)
        .projectName("search")
        .parallelTrials(2);
  }

  private String scores() {
    return tuner().search(SearchFolderTest::square).trials().stream()
        .map(Trial::score)
        .toList()
        .toString();
  }

  private static boolean isFolder(Path path) {
    return Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS);
  }

  @Test
  void resumingReplacesALinkAndLeavesItsTarget() throws IOException {
    String expected = scores();
    Path trial = search.resolve("trial-0001");
    deleteTrial(trial);
    Files.delete(stranger.resolve("trial.json")); // or the trial would count as ended
    Files.createSymbolicLink(trial, stranger);
    assertEquals(expected, scores());
    assertTrue(isFolder(trial));
    Files.writeString(stranger.resolve("trial.json"), "of a stranger");
    assertStrangersFilesAreIntact();
  }

  @Test
  void overwritingDeletesLinksAndLeavesTheirTargets() throws IOException {
    String expected = scores();
    Path trial = search.resolve("trial-0001");
    deleteTrial(trial);
    Files.createSymbolicLink(trial, stranger);
    Path model = search.resolve("trial-0002/model-0.keras");
    Files.createSymbolicLink(model, stranger.resolve("model-0.keras"));
    Path inner = search.resolve("trial-0002/inner");
    Files.createSymbolicLink(inner, stranger);
    Path dangling = search.resolve("trial-0007");
    Files.createSymbolicLink(dangling, folder.resolve("nothing"));
    SearchResult result = tuner().overwrite(true).search(SearchFolderTest::square);
    assertEquals(expected, result.trials().stream().map(Trial::score).toList().toString());
    assertTrue(isFolder(trial));
    for (Path link : List.of(model, inner, dangling)) {
      assertFalse(Files.exists(link, LinkOption.NOFOLLOW_LINKS), link.toString());
    }
    assertStrangersFilesAreIntact();
  }

  private static void deleteTrial(Path trial) throws IOException {
    Files.delete(trial.resolve("trial.json"));
    Files.delete(trial);
  }

  @Test
  void folderOfASearchMayBeALink() throws IOException {
    Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
    Files.createSymbolicLink(search, elsewhere);
    scores();
    assertTrue(Files.exists(elsewhere.resolve("trial-0003/trial.json")));
    assertTrue(Files.isSymbolicLink(search));
  }

  @Test
  void secondSearchInTheSameFolderIsRejected() throws IOException {
    var rejected = new AtomicReference<String>();
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder);
    SearchResult result =
        tuner()
            .search(
                hp -> {
                  double x = hp.Float("x", 0, 1);
                  return () -> {
                    Tuner<?> second = tuner().directory(link).overwrite(true);
                    rejected.set(
                        assertThrows(
                                IllegalStateException.class,
                                () -> second.search(SearchFolderTest::square))
                            .getMessage());
                    return x * x;
                  };
                });
    assertEquals(4, result.trials().stream().filter(Trial::isCompleted).count());
    assertTrue(
        rejected
            .get()
            .startsWith(
                "A folder must be used by only one search at a time, but "
                    + link.resolve("search")
                    + " is in use by another search of this program. Wait until it has ended, or"
                    + " choose another folder."),
        rejected::get);
    scores();
    try (Stream<Path> files = Files.list(search)) {
      assertEquals(5, files.count(), "search.json and four trials");
    }
  }

  /** A program that locks a folder until it is killed. */
  static final class Owner {
    public static void main(String[] arguments) throws Exception {
      FolderLock.of(Path.of(arguments[0]), "search");
      System.out.println("locked");
      Thread.sleep(600_000);
    }
  }

  @Test
  void folderIsLockedForOtherProgramsUntilTheOwnerIsKilled() throws Exception {
    String expected = scores();
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                search.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertEquals("locked", owner.inputReader().readLine());
      String message =
          assertThrows(
                  IllegalStateException.class,
                  () -> tuner().overwrite(true).search(SearchFolderTest::square))
              .getMessage();
      assertTrue(
          message.contains(search + " is in use by another program, process " + owner.pid()),
          message);
      assertTrue(Files.exists(search.resolve("trial-0003/trial.json")));
    } finally {
      owner.destroyForcibly();
      assertTrue(owner.waitFor(30, TimeUnit.SECONDS));
    }
    assertEquals(expected, scores());
  }

  @Test
  void interruptDoesNotPreventLocking() throws IOException {
    Thread.currentThread().interrupt();
    try (FolderLock lock = FolderLock.of(search, "search")) {
      assertTrue(Thread.interrupted());
      assertThrows(
          IllegalStateException.class, () -> FolderLock.of(search, "search"), lock::toString);
    }
    FolderLock.of(search, "search").close();
  }

  @Test
  void lockIsNotWrittenThroughALink() throws IOException {
    Files.createDirectories(search);
    Path file = stranger.resolve("diary.txt");
    Files.createSymbolicLink(search.resolve(".unroll.lock"), file);
    assertThrows(UncheckedIOException.class, () -> tuner().search(SearchFolderTest::square));
    assertStrangersFilesAreIntact();
  }

  @Test
  void leftoversOfAKilledProgramAreDeleted() throws IOException {
    scores();
    Path leftover =
        Files.writeString(search.resolve(".search.json.0a1b2c3d-0000.tmp"), "half a file");
    scores();
    assertFalse(Files.exists(leftover));
  }
}
