package org.unroll.audio;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import javax.sound.sampled.AudioFileFormat;
import javax.sound.sampled.AudioFormat;
import javax.sound.sampled.AudioInputStream;
import javax.sound.sampled.AudioSystem;

/**
 * Sound of one channel; in a notebook it can be played.
 *
 * @param samples the pressure at equal distances in time, each between −1 and 1
 * @param sampleRate samples in a second, Hz
 */
public record AudioClip(double[] samples, int sampleRate) {
  private static final int LOUDEST = Short.MAX_VALUE;

  /**
   * Checks the samples.
   *
   * @throws IllegalArgumentException if there are none, if one is not between −1 and 1, or if the
   *     rate is below 1
   */
  public AudioClip {
    if (sampleRate < 1) {
      throw new IllegalArgumentException(
          "A clip has at least 1 sample a second. Received: sampleRate=" + sampleRate);
    }
    if (samples.length == 0) {
      throw new IllegalArgumentException("A clip has at least 1 sample. Received: none");
    }
    for (int i = 0; i < samples.length; i++) {
      if (!(Math.abs(samples[i]) <= 1)) {
        throw new IllegalArgumentException(
            "The samples of a clip lie between -1 and 1. Received: "
                + samples[i]
                + " at sample "
                + i
                + ". Divide all by the largest.");
      }
    }
  }

  /** How long it lasts, in seconds. */
  public double seconds() {
    return (double) samples.length / sampleRate;
  }

  /** The clip as a WAV file: PCM, 16 bits a sample, a value of 1 being 32767. */
  public byte[] wav() {
    byte[] pcm = new byte[2 * samples.length];
    for (int i = 0; i < samples.length; i++) {
      int value = (int) Math.rint(samples[i] * LOUDEST);
      pcm[2 * i] = (byte) value;
      pcm[2 * i + 1] = (byte) (value >> 8);
    }
    var format = new AudioFormat(sampleRate, 16, 1, true, false);
    var file = new ByteArrayOutputStream();
    try (var stream = new AudioInputStream(new ByteArrayInputStream(pcm), format, samples.length)) {
      AudioSystem.write(stream, AudioFileFormat.Type.WAVE, file);
    } catch (IOException e) {
      throw new UncheckedIOException("The clip cannot be written as WAV: " + e, e);
    }
    return file.toByteArray();
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "Audio clip, %.2f s at %,d Hz", seconds(), sampleRate);
  }
}
