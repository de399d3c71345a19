package org.unroll.audio;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.unroll.ErrorMessages.assertMessageContains;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compares with Keras and NumPy; the expected values are from src/test/python/mel_spectrogram.py.
 */
class MelSpectrogramTest {
  static List<JsonNode> cases() throws IOException {
    try (var in = MelSpectrogramTest.class.getResourceAsStream("mel_spectrogram.json")) {
      List<JsonNode> cases = new ArrayList<>();
      new ObjectMapper().readTree(in).get("cases").forEach(cases::add);
      return cases;
    }
  }

  private static AudioClip signal(JsonNode reference) {
    int rate = reference.get("rate").asInt();
    double[] samples = new double[reference.get("samples").asInt()];
    for (int i = 0; i < samples.length; i++) {
      double t = (double) i / rate;
      samples[i] =
          0.5 * Math.sin(2 * Math.PI * 440 * t)
              + 0.3 * Math.sin(2 * Math.PI * (900 + 2000 * t) * t);
    }
    return new AudioClip(samples, rate);
  }

  private static MelSpectrogram spectrogram(JsonNode reference) {
    var spectrogram = new MelSpectrogram().samplingRate(reference.get("rate").asInt());
    JsonNode options = reference.get("options");
    spectrogram = spectrogram.numMelBins(options.get("num_mel_bins").asInt());
    if (options.has("sequence_length")) {
      // The FFT must never be shorter than the window.
      int length = options.get("sequence_length").asInt();
      spectrogram =
          spectrogram
              .sequenceLength(length)
              .fftLength(options.get("fft_length").asInt())
              .sequenceStride(options.get("sequence_stride").asInt());
    }
    if (options.has("min_freq")) {
      spectrogram =
          spectrogram
              .minFreq(options.get("min_freq").asDouble())
              .maxFreq(options.get("max_freq").asDouble());
    }
    return spectrogram;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void decibelsAgreeWithKerasAndNumPy(JsonNode reference) {
    double[][] decibels = spectrogram(reference).of(signal(reference));
    assertEquals(reference.get("shape").get(0).asInt(), decibels.length);
    for (int i = 0; i < reference.get("frames").size(); i++) {
      double[] frame = decibels[reference.get("frames").get(i).asInt()];
      assertEquals(reference.get("shape").get(1).asInt(), frame.length);
      for (int band = 0; band < frame.length; band++) {
        assertEquals(reference.get("exact").get(i).get(band).asDouble(), frame[band], 1e-6);
        assertEquals(reference.get("keras").get(i).get(band).asDouble(), frame[band], 3e-3);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void transformAgreesWithNumPy(JsonNode reference) {
    MelSpectrogram spectrogram = spectrogram(reference);
    int stride = reference.get("options").path("sequence_stride").asInt(512);
    int middle = reference.get("frames").get(2).asInt() * stride;
    double[] power = spectrogram.power(signal(reference).samples(), middle);
    JsonNode expected = reference.get("power");
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(
          expected.get(i).asDouble(), power[7 * i], 1e-8 * expected.get(i).asDouble() + 1e-10);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void bandsAgreeWithKeras(JsonNode reference) {
    MelSpectrogram spectrogram = spectrogram(reference);
    for (JsonNode weight : reference.get("weights")) {
      assertEquals(
          weight.get(2).asDouble(),
          spectrogram.weight(weight.get(0).asInt(), weight.get(1).asInt()),
          1e-9);
    }
    int found = 0;
    int frequencies = reference.get("options").path("fft_length").asInt(2048) / 2 + 1;
    for (int k = 0; k < frequencies; k++) {
      for (int band = 0; band < reference.get("shape").get(1).asInt(); band++) {
        found += spectrogram.weight(k, band) > 1e-12 ? 1 : 0;
      }
    }
    assertEquals(reference.get("weights_in_all").asInt(), found);
  }

  @Test
  void rejectsInvalidSettingsAndClips() {
    assertMessageContains(
        "fftLength must be a power of 2, but the settings are fftLength=1000,",
        () -> new MelSpectrogram().fftLength(1000));
    assertMessageContains(
        "sequenceLength must be between 1 and fftLength, but the settings are fftLength=2048,"
            + " sequenceStride=512, sequenceLength=4096, samplingRate=16000, numMelBins=128,"
            + " minFreq=20.0, maxFreq=8000.0.",
        () -> new MelSpectrogram().sequenceLength(4096));
    assertMessageContains(
        "minFreq and maxFreq must satisfy 0 <= minFreq < maxFreq <= samplingRate / 2, but the settings",
        () -> new MelSpectrogram().maxFreq(9000));
    assertMessageContains("minFreq=8000.0", () -> new MelSpectrogram().minFreq(8000));
    assertMessageContains(
        "sequenceStride must be at least 1, but", () -> new MelSpectrogram().sequenceStride(0));
    var spectrogram = new MelSpectrogram();
    assertMessageContains(
        "The clip must have a sampling rate of 16000 Hz and more than 1024 samples, but has 8000 Hz and"
            + " 4000 samples.",
        () -> spectrogram.of(new AudioClip(new double[4000], 8000)));
    assertMessageContains(
        "but has 16000 Hz and 1024 samples.",
        () -> spectrogram.of(new AudioClip(new double[1024], 16000)));
  }
}
