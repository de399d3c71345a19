package org.unroll.datasets;

import java.util.List;
import java.util.Locale;
import org.unroll.audio.AudioClip;
import org.unroll.audio.MelSpectrogram;

/**
 * A clip in which sounds overlap over background noise, and what can be heard when.
 *
 * @param clip the sound
 * @param events what it was made of, from the first to the last
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
   * @param onset when it begins, in seconds
   * @param offset when it is over, in seconds
   * @param decibels how loud it is over the noise: 10 log₁₀ of its mean square from onset to offset
   *     by that of the noise
   */
  public record Event(String sound, double onset, double offset, double decibels) {}

  /**
   * The {@link MelSpectrogram} in decibels, 256 frames × 256 bands: Keras's settings, but for 256
   * bands, a frame every 256 samples (16 ms) and a window of 1024 (64 ms).
   */
  public double[][] spectrogram() {
    return SPECTROGRAM.of(clip);
  }

  /**
   * Which sounds are on in each frame, 256 × 10, the classes in the order of {@link
   * SoundScenes#classes()}: 1 where the middle of the frame lies between onset (included) and
   * offset (not included), else 0.
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
