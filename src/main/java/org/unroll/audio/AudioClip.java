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
 * A mono sound. In a notebook it is shown as an audio player.
 *
 * @param samples the sound pressure at equal intervals, each value between −1 and 1
 * @param sampleRate the number of samples per second, in Hz
 */
public record AudioClip(double[] samples, int sampleRate) {
  private static final int LOUDEST = Short.MAX_VALUE;

  /**
   * Checks the samples.
   *
   * @throws IllegalArgumentException if there are no samples, one is not between −1 and 1, or the
   *     rate is below 1
   */
  public AudioClip {
    if (sampleRate < 1) {
      throw new IllegalArgumentException(
          "sampleRate must be at least 1 Hz, but was " + sampleRate + ".");
    }
    if (samples.length == 0) {
      throw new IllegalArgumentException("A clip must have at least 1 sample, but has none.");
    }
    for (int i = 0; i < samples.length; i++) {
      if (!(Math.abs(samples[i]) <= 1)) {
        throw new IllegalArgumentException(
            "The samples of a clip must be between -1 and 1, but sample "
                + i
                + " is "
                + samples[i]
                + ". Divide all samples by the largest absolute value.");
      }
    }
  }

  /** Returns the duration in seconds. */
  public double seconds() {
    return (double) samples.length / sampleRate;
  }

  /** Returns the clip as a WAV file (16-bit PCM, in which the value 1 becomes 32767). */
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
      throw new UncheckedIOException("The clip could not be written as WAV: " + e, e);
    }
    return file.toByteArray();
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "Audio clip, %.2f s at %,d Hz", seconds(), sampleRate);
  }
}
