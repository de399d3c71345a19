package org.unroll.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.ErrorMessages.assertMessageContains;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.unroll.audio.AudioClip;
import org.unroll.audio.MelSpectrogram;
import org.unroll.data.Samples;
import org.unroll.data.Shape;

class SoundScenesTest {
  @Test
  void scenesHaveFourToSevenDifferentSounds() {
    SoundScenes scenes = SoundScenes.of(120, 3);
    int[] perClass = new int[10];
    Set<Integer> numbers = new HashSet<>();
    for (int i = 0; i < scenes.size(); i++) {
      SoundScene scene = scenes.scene(i);
      assertEquals(4.08, scene.clip().seconds());
      assertEquals(0.9, Arrays.stream(scene.clip().samples()).map(Math::abs).max().orElse(0), 1e-9);
      numbers.add(scene.events().size());
      Set<String> sounds = new HashSet<>();
      double before = 0;
      for (SoundScene.Event event : scene.events()) {
        assertTrue(sounds.add(event.sound()), "each sound once");
        double seconds = event.offset() - event.onset();
        assertTrue(seconds >= 0.5 - 1e-9 && seconds <= 1.5 + 1e-9, scene.toString());
        assertTrue(event.onset() >= before && event.offset() <= 4.08 + 1e-9, scene.toString());
        assertTrue(event.decibels() >= 0 && event.decibels() <= 20, scene.toString());
        before = event.onset();
        perClass[SoundScenes.classes().indexOf(event.sound())]++;
      }
    }
    assertEquals(Set.of(4, 5, 6, 7), numbers);
    for (int count : perClass) {
      // Binomial with n = 120 and p = 0.55: five standard deviations are 27.
      assertEquals(66, count, 27);
    }
  }

  /**
   * Measured from the clips alone: the mean square where only one event is active, relative to that
   * where none is.
   */
  @ParameterizedTest
  @CsvSource({"10", "0"})
  void eventsHaveTheirSignalToNoiseRatio(double decibels) {
    SoundScenes scenes = SoundScenes.of(80, 11).signalToNoise(decibels, decibels);
    double sum = 0;
    int alone = 0;
    for (int i = 0; i < scenes.size(); i++) {
      SoundScene scene = scenes.scene(i);
      double[] samples = scene.clip().samples();
      int[] on = new int[samples.length];
      for (SoundScene.Event event : scene.events()) {
        for (int t = at(event.onset()); t < at(event.offset()); t++) {
          on[t]++;
        }
      }
      double quiet = 0;
      int quietSamples = 0;
      for (int t = 0; t < samples.length; t++) {
        if (on[t] == 0) {
          quiet += samples[t] * samples[t];
          quietSamples++;
        }
      }
      for (SoundScene.Event event : scene.events()) {
        int from = at(event.onset());
        int to = at(event.offset());
        if (quietSamples > 4000 && Arrays.stream(on, from, to).allMatch(n -> n == 1)) {
          double loud = 0;
          for (int t = from; t < to; t++) {
            loud += samples[t] * samples[t];
          }
          sum += loud / (to - from) / (quiet / quietSamples) - 1;
          alone++;
        }
      }
    }
    assertTrue(alone >= 20, "events without overlap: " + alone);
    assertEquals(Math.pow(10, decibels / 10), sum / alone, 0.05 * Math.pow(10, decibels / 10));
  }

  private static int at(double seconds) {
    return (int) Math.round(seconds * SoundScenes.SAMPLE_RATE);
  }

  @Test
  void labelsFramesWhoseMiddleIsInTheEvent() {
    List<SoundScene.Event> events =
        List.of(
            new SoundScene.Event("beeps", 0.016, 0.048, 0),
            new SoundScene.Event("clicks", 0.033, 4.08, 0));
    double[][] labels = new SoundScene(new AudioClip(new double[65_280], 16_000), events).labels();
    assertEquals(256, labels.length);
    assertArrayEquals(new double[10], labels[0]);
    double[] beeps = {0, 1, 0, 0, 0, 0, 0, 0, 0, 0};
    assertArrayEquals(beeps, labels[1]);
    assertArrayEquals(beeps, labels[2]);
    double[] clicks = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    assertArrayEquals(clicks, labels[3]);
    assertArrayEquals(clicks, labels[254]);
    assertArrayEquals(new double[10], labels[255]);
  }

  /** The frequency at which a sound of known pitch is loudest in the spectrogram. */
  @Test
  void soundsHaveThePitchOfTheirClass() {
    double tone = pitch("tone", 0.5);
    assertTrue(tone > 490 && tone < 910, "tone " + tone);
    double early = pitch("rising chirp", 0.1);
    double late = pitch("rising chirp", 0.9);
    assertTrue(early > 600 && early < 1.2 * 900, "rising chirp " + early);
    assertEquals(Math.pow(3, 0.8), late / early, 0.1);
    assertEquals(
        Math.pow(3, -0.8), pitch("falling chirp", 0.9) / pitch("falling chirp", 0.1), 0.05);
  }

  /**
   * Returns the loudest of 256 bands at a fraction of a sound of 1 s, in Hz, by the definition of
   * mel.
   */
  private static double pitch(String sound, double part) {
    double[][] frames =
        new MelSpectrogram()
            .sequenceStride(160)
            .sequenceLength(1024)
            .numMelBins(256)
            .of(SoundScenes.sound(sound, 1, 5));
    double[] frame = frames[(int) (part * 100)];
    int loudest = 0;
    for (int band = 0; band < 256; band++) {
      loudest = frame[band] > frame[loudest] ? band : loudest;
    }
    double low = 1127 * Math.log(1 + 20.0 / 700);
    double high = 1127 * Math.log(1 + 8000.0 / 700);
    return 700 * (Math.exp((low + (loudest + 1) * (high - low) / 257) / 1127) - 1);
  }

  @Test
  void samplesAreStandardizedScenes() {
    SoundScenes scenes = SoundScenes.of(3, 9);
    Samples samples = scenes.samples();
    assertEquals(Shape.of(256, 256), samples.inputShape());
    assertEquals(Shape.of(256, 10), samples.targetShape());
    float[] input = new float[256 * 256];
    float[] target = new float[256 * 10];
    samples.copyInput(2, input, 0, 1);
    samples.copyTarget(2, target, 0);
    double mean = 0;
    double square = 0;
    for (float value : input) {
      mean += value / 65536.0;
      square += value * value / 65536.0;
    }
    assertEquals(0, mean, 1e-5);
    assertEquals(1, square, 1e-5);
    double[][] spectrogram = scenes.scene(2).spectrogram();
    double slope = (input[77 * 256 + 30] - input[0]) / (spectrogram[77][30] - spectrogram[0][0]);
    assertEquals(
        slope, (input[200 * 256 + 9] - input[0]) / (spectrogram[200][9] - spectrogram[0][0]), 1e-5);
    double[][] labels = scenes.scene(2).labels();
    for (int t = 0; t < 256; t++) {
      for (int c = 0; c < 10; c++) {
        assertEquals(labels[t][c], target[10 * t + c]);
      }
    }
  }

  @Test
  void scenesDependOnlyOnTheSeed() {
    SoundScene scene = SoundScenes.of(2, 5).scene(1);
    assertArrayEquals(scene.clip().samples(), SoundScenes.of(20, 5).scene(1).clip().samples());
    assertFalse(scene.events().equals(SoundScenes.of(2, 6).scene(1).events()));
    assertFalse(scene.events().equals(SoundScenes.of(2, 5).scene(0).events()));
    var louder = SoundScenes.of(2, 5).signalToNoise(30, 30).scene(1).events();
    assertEquals(
        scene.events().stream().map(e -> e.sound() + e.onset() + e.offset()).toList(),
        louder.stream().map(e -> e.sound() + e.onset() + e.offset()).toList());
  }

  @Test
  void rejectsInvalidArguments() {
    assertMessageContains("scenes must be at least 1, but was 0.", () -> SoundScenes.of(0, 1));
    assertMessageContains(
        "Signal-to-noise ratios must be finite, the lowest not above the highest, but were 3.0 dB and"
            + " 2.0 dB.",
        () -> SoundScenes.of(1, 1).signalToNoise(3, 2));
    assertMessageContains(
        "but were 0.0 dB and NaN dB.", () -> SoundScenes.of(1, 1).signalToNoise(0, Double.NaN));
    assertMessageContains(
        "bell, noise burst, clicks, but was 'flute'.", () -> SoundScenes.sound("flute", 1, 1));
    assertMessageContains(
        "seconds must be above 0, but was 0.0.", () -> SoundScenes.sound("tone", 0, 1));
  }
}
