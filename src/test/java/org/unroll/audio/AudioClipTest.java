package org.unroll.audio;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class AudioClipTest {
  /** The bytes that Python's module wave writes for these four samples. */
  @Test
  void wavFileEqualsThatOfPython() {
    var clip = new AudioClip(new double[] {0, 1, -1, 0.5}, 16_000);
    String expected =
        "524946462c000000"
            + "57415645666d7420"
            + "1000000001000100"
            + "803e0000007d0000"
            + "0200100064617461"
            + "08000000"
            + "0000ff7f01800040";
    assertArrayEquals(HexFormat.of().parseHex(expected), clip.wav());
    assertEquals(0.00025, clip.seconds());
  }

  @Test
  void rejectsInvalidSamplesAndRates() {
    assertMessageContains(
        "A clip must have at least 1 sample, but has none.", () -> new AudioClip(new double[0], 1));
    assertMessageContains(
        "sampleRate must be at least 1 Hz, but was 0.", () -> new AudioClip(new double[1], 0));
    assertMessageContains(
        "The samples of a clip must be between -1 and 1, but sample 1 is 1.5. Divide all samples by the"
            + " largest absolute value.",
        () -> new AudioClip(new double[] {0, 1.5}, 1));
    assertMessageContains(
        "but sample 0 is NaN.", () -> new AudioClip(new double[] {Double.NaN}, 1));
  }
}
