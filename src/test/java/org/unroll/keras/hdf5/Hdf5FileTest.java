package org.unroll.keras.hdf5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reads what h5py writes with its options (src/test/python/hdf5_layouts.py). */
class Hdf5FileTest {
  private static final String FOLDER = "/org/unroll/keras/hdf5/";

  /** Returns the content of the first file of a zip file in the test resources. */
  private static byte[] bytes(String name) throws IOException {
    try (InputStream in = Hdf5FileTest.class.getResourceAsStream(FOLDER + name + ".zip");
        var zip = new ZipInputStream(in)) {
      zip.getNextEntry();
      return zip.readAllBytes();
    }
  }

  private static Hdf5File.Group open(String name) throws IOException {
    return new Hdf5File(bytes(name)).root();
  }

  private static float[] expected(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = 0.25f * i - 3;
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(strings = {"earliest", "latest"})
  void readsNumbersOfAllTypesAndStorageLayouts(String file) throws IOException {
    Hdf5File.Group arrays = open(file).group("arrays");
    for (String storage :
        List.of("plain", "chunks", "gzip", "shuffle", "checksum", "shuffle alone")) {
      for (String type : List.of("float16", "float32", "float64")) {
        Hdf5Array array = arrays.array(storage + " " + type);
        assertArrayEquals(new long[] {5, 7, 3}, array.dimensions());
        assertArrayEquals(expected(105), array.floats(), array.path());
      }
    }
    assertArrayEquals(expected(105), arrays.array("plain >f4").floats());
    assertArrayEquals(expected(24), arrays.array("one chunk").floats());
    assertArrayEquals(expected(9), arrays.array("row").floats());
    assertArrayEquals(new float[] {2.5f}, arrays.array("scalar").floats());
    float[] truncated = expected(105);
    for (int i = 0; i < truncated.length; i++) {
      truncated[i] = (int) truncated[i];
    }
    assertArrayEquals(truncated, arrays.array("plain int32").floats());
    assertEquals(-7, arrays.array("whole").whole());
    assertEquals(200, arrays.array("unsigned").whole());
  }

  @ParameterizedTest
  @ValueSource(strings = {"earliest", "latest"})
  void readsManyNamesAndAttributes(String file) throws IOException {
    Hdf5File.Group arrays = open(file).group("arrays");
    assertEquals(26, arrays.names().size());
    for (int i = 0; i < 12; i++) {
      assertEquals("value " + i, arrays.text("attribute " + i));
    }
    assertEquals(List.of("name 0", "name 1", "name 2"), arrays.texts("names"));
  }

  /**
   * Replaces addresses, sizes and counts. Reading must end soon with an exception or with values,
   * and must allocate memory in proportion to the file.
   */
  @ParameterizedTest
  @ValueSource(strings = {"earliest", "latest"})
  void survivesForgedNumbers(String file) throws IOException {
    byte[] original = bytes(file);
    var random = new Random(20_261_128);
    var bean = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < 400; i++) {
      byte[] forged = original.clone();
      var buffer = ByteBuffer.wrap(forged).order(ByteOrder.LITTLE_ENDIAN);
      int at = random.nextInt(forged.length / 4 - 1) * 4;
      if (random.nextBoolean()) {
        buffer.putInt(at, 1 << random.nextInt(31));
      } else {
        buffer.putInt(at, random.nextInt(forged.length));
      }
      long before = bean.getCurrentThreadAllocatedBytes();
      assertTimeout(Duration.ofSeconds(10), () -> readAll(forged));
      long allocated = bean.getCurrentThreadAllocatedBytes() - before;
      assertTrue(allocated < 256 << 20, at + " caused an allocation of " + allocated + " bytes");
    }
  }

  private static void readAll(byte[] file) {
    try {
      Hdf5File.Group arrays = new Hdf5File(file).root().group("arrays");
      arrays.texts("names");
      for (String name : arrays.names()) {
        arrays.array(name).floats();
      }
    } catch (IOException | RuntimeException e) {
      // The file is damaged.
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"earliest", "latest"})
  void namesAnUnsupportedCompression(String file) throws IOException {
    Hdf5File.Group root = open(file);
    var e = assertThrows(IOException.class, () -> root.array("unsupported/lzf"));
    assertTrue(e.getMessage().contains("must be compressed with gzip"), e.getMessage());
    assertTrue(e.getMessage().contains("lzf"), e.getMessage());
  }
}
