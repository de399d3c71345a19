package org.unroll.datasets;

import java.util.List;
import java.util.Locale;
import org.unroll.audio.AudioClip;
import org.unroll.audio.MelSpectrogram;

/**
 * A clip in which sounds overlap over background noise, and the times of the sounds.
 *
 * @param clip the clip
 * @param events the sounds of the clip, ordered by onset
 */
public record SoundScene(AudioClip clip, List<Event> events) {
  private static final MelSpectrogram SPECTROGRAM =
      new MelSpectrogram()
          .sequenceStride(SoundScenes.STRIDE)
          .sequenceLength(1024)
          .samplingRate(SoundScenes.SAMPLE_RATE)
          .numMelBins(SoundScenes.BINS);

  /**
   * One sound of a scene.
   *
   * @param sound its class, one of {@link SoundScenes#classes()}
   * @param onset its start in seconds
   * @param offset its end in seconds
   * @param decibels its signal-to-noise ratio in decibels: 10 log₁₀ of its mean square from onset
   *     to offset divided by that of the noise
   */
  public record Event(String sound, double onset, double offset, double decibels) {}

  /**
   * Returns the {@link MelSpectrogram} in decibels, 256 frames × 256 bands. The settings are
   * Keras's defaults except for 256 bands, a frame every 256 samples (16 ms) and a window of 1024
   * samples (64 ms).
   */
  public double[][] spectrogram() {
    return SPECTROGRAM.of(clip);
  }

  /**
   * Returns which sounds are active in each frame, 256 × 10, the classes in the order of {@link
   * SoundScenes#classes()}. A label is 1 if the middle of the frame is between onset (inclusive)
   * and offset (exclusive), and otherwise 0.
   */
  public double[][] labels() {
    List<String> classes = SoundScenes.classes();
    double[][] labels = new double[SoundScenes.FRAMES][classes.size()];
    for (Event event : events) {
      int c = classes.indexOf(event.sound());
      for (int frame = 0; frame < labels.length; frame++) {
        double middle = frame * SoundScenes.SECONDS_PER_FRAME;
        if (middle >= event.onset() && middle < event.offset()) {
          labels[frame][c] = 1;
        }
      }
    }
    return labels;
  }

  @Override
  public String toString() {
    var text = new StringBuilder(clip.toString());
    for (Event event : events) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%-13s %4.2f s … %4.2f s, %5.1f dB",
              event.sound(),
              event.onset(),
              event.offset(),
              event.decibels()));
    }
    return text.toString();
  }
}
