package org.unroll.datasets;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.unroll.audio.AudioClip;
import org.unroll.data.Samples;
import org.unroll.internal.SplitMix64;
import org.unroll.internal.Suggestion;

/**
 * Synthetic audio for sound event detection: scenes of 4.08 s in which sounds of ten classes
 * overlap over background noise. A network must detect which sounds are active at each time.
 *
 * <pre>{@code
 * SoundScenes scenes = SoundScenes.of(30, 1).signalToNoise(0, 20);
 * SoundScene scene = scenes.scene(0); // its clip, events, spectrogram, labels
 * Samples sounds = scenes.samples(); // inputs (256, 256), targets (256, 10)
 * }</pre>
 *
 * <p>A scene has four to seven sounds of different classes. Each lasts 0.5 to 1.5 s and can be at
 * any position at which it fits. Number, class, duration, position and level are uniform. The
 * background is noise with strong low frequencies, as in a room: the sum of two equal parts, white
 * noise and an autoregressive process with a coefficient of 0.95. Finally a scene is scaled to a
 * peak of 0.9. Mono, 16,000 Hz.
 *
 * <p>The same seed generates the same scenes on every machine and JDK, and fewer scenes are the
 * beginning of more. With other signal-to-noise ratios, the same events are at the same positions
 * with other levels. Immutable.
 */
public final class SoundScenes {
  /** The sampling rate of every clip in Hz. */
  public static final int SAMPLE_RATE = 16_000;

  /** The time from one frame to the next, in seconds. */
  public static final double SECONDS_PER_FRAME = 0.016;

  static final int STRIDE = 256;
  static final int FRAMES = 256;
  static final int BINS = 256;

  private static final int LENGTH = (FRAMES - 1) * STRIDE;
  private static final int SHORTEST = SAMPLE_RATE / 2;
  private static final int LONGEST = 3 * SAMPLE_RATE / 2;
  private static final double PEAK = 0.9;
  private static final double MEMORY = 0.95;

  private static final List<String> CLASSES =
      Arrays.stream(Sound.values()).map(SoundScenes::name).toList();

  private final int count;
  private final long seed;
  private final double lowest;
  private final double highest;

  private SoundScenes(int count, long seed, double lowest, double highest) {
    this.count = count;
    this.seed = seed;
    this.lowest = lowest;
    this.highest = highest;
  }

  /**
   * Creates scenes with signal-to-noise ratios from 0 to 20 dB.
   *
   * @param scenes the number of scenes, at least 1
   * @param seed the seed of the scenes
   * @throws IllegalArgumentException if {@code scenes} is below 1
   */
  public static SoundScenes of(int scenes, long seed) {
    if (scenes < 1) {
      throw new IllegalArgumentException("scenes must be at least 1, but was " + scenes + ".");
    }
    return new SoundScenes(scenes, seed, 0, 20);
  }

  /**
   * Sets the range of signal-to-noise ratios. The ratio of each event is drawn uniformly from the
   * range. It is 10 log₁₀ of the event's mean square divided by that of the noise.
   *
   * @param lowest in decibels; 0 for a sound as strong as the noise
   * @param highest in decibels, at least {@code lowest}; equal to it for a single ratio
   * @throws IllegalArgumentException if the range is reversed or not finite
   */
  public SoundScenes signalToNoise(double lowest, double highest) {
    if (!(lowest <= highest && Double.isFinite(highest - lowest))) {
      throw new IllegalArgumentException(
          "Signal-to-noise ratios must be finite, the lowest not above the highest, but were "
              + lowest
              + " dB and "
              + highest
              + " dB.");
    }
    return new SoundScenes(count, seed, lowest, highest);
  }

  /**
   * Returns the names of the ten classes in the order of the labels: tone, beeps, rising chirp,
   * falling chirp, siren, alarm, horn, bell, noise burst, clicks.
   */
  public static List<String> classes() {
    return CLASSES;
  }

  /**
   * Returns a single sound without noise.
   *
   * @param name one of {@link #classes()}
   * @param seconds the duration in seconds
   * @param seed the seed of the sound
   * @throws IllegalArgumentException if there is no such class, or the duration is not positive
   */
  public static AudioClip sound(String name, double seconds, long seed) {
    Sound sound =
        Arrays.stream(Sound.values())
            .filter(candidate -> name(candidate).equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "The sound must be one of "
                            + String.join(", ", CLASSES)
                            + ", but was '"
                            + name
                            + "'."
                            + Suggestion.of(name, CLASSES)));
    int samples = (int) Math.round(seconds * SAMPLE_RATE);
    if (samples < 1) {
      throw new IllegalArgumentException("seconds must be above 0, but was " + seconds + ".");
    }
    return clip(sound.wave(samples, new SplitMix64(seed)));
  }

  /** Returns the number of scenes. */
  public int size() {
    return count;
  }

  /**
   * Returns one of the scenes. It is generated again at each call.
   *
   * @param number the number of the scene, counted from 0
   * @throws IndexOutOfBoundsException if there is no such scene
   */
  public SoundScene scene(int number) {
    if (number < 0 || number >= count) {
      throw new IndexOutOfBoundsException(
          "The number of a scene must be between 0 and "
              + (count - 1)
              + ", but was "
              + number
              + ".");
    }
    var random = new SplitMix64(SplitMix64.mix(SplitMix64.mix(seed) + number));
    double[] mix = background(random);
    double noise = Arrays.stream(mix).map(x -> x * x).sum() / LENGTH;
    List<SoundScene.Event> events = new ArrayList<>();
    for (Sound sound : draw(random)) {
      int samples = below(LONGEST - SHORTEST + 1, random) + SHORTEST;
      int onset = below(LENGTH - samples + 1, random);
      double decibels = Sound.between(lowest, highest, random);
      double scale = StrictMath.sqrt(noise * StrictMath.pow(10, decibels / 10));
      double[] wave = sound.wave(samples, random);
      for (int i = 0; i < samples; i++) {
        mix[onset + i] += scale * wave[i];
      }
      events.add(
          new SoundScene.Event(
              name(sound),
              (double) onset / SAMPLE_RATE,
              (double) (onset + samples) / SAMPLE_RATE,
              decibels));
    }
    events.sort(Comparator.comparingDouble(SoundScene.Event::onset));
    return new SoundScene(clip(mix), List.copyOf(events));
  }

  /**
   * Returns all scenes as samples. The inputs, of shape (256, 256), are the spectrograms, each
   * standardized by its own mean and standard deviation, so that the level of a scene has no
   * effect. The targets, of shape (256, 10), are the labels. Each scene takes 270 kB of memory, and
   * twice as much again while it is generated.
   */
  public Samples samples() {
    double[][][] inputs = new double[count][][];
    double[][][] targets = new double[count][][];
    IntStream.range(0, count)
        .parallel()
        .forEach(
            i -> {
              SoundScene scene = scene(i);
              inputs[i] = standardized(scene.spectrogram());
              targets[i] = scene.labels();
            });
    return Samples.of(inputs).targets(targets);
  }

  private static double[][] standardized(double[][] spectrogram) {
    double sum = 0;
    double squares = 0;
    for (double[] frame : spectrogram) {
      for (double value : frame) {
        sum += value;
        squares += value * value;
      }
    }
    double mean = sum / (FRAMES * BINS);
    double deviation = Math.sqrt(squares / (FRAMES * BINS) - mean * mean);
    for (double[] frame : spectrogram) {
      Arrays.setAll(frame, band -> (frame[band] - mean) / deviation);
    }
    return spectrogram;
  }

  /** Draws four to seven different sounds. */
  private static List<Sound> draw(SplitMix64 random) {
    List<Sound> left = new ArrayList<>(List.of(Sound.values()));
    List<Sound> chosen = new ArrayList<>();
    int number = 4 + below(4, random);
    while (chosen.size() < number) {
      chosen.add(left.remove(below(left.size(), random)));
    }
    return chosen;
  }

  private static double[] background(SplitMix64 random) {
    double[] noise = new double[LENGTH];
    double low = 0;
    double unit = StrictMath.sqrt(1 - MEMORY * MEMORY);
    for (int i = 0; i < LENGTH; i++) {
      low = MEMORY * low + unit * random.nextGaussian();
      noise[i] = low + random.nextGaussian();
    }
    return noise;
  }

  private static AudioClip clip(double[] samples) {
    double largest = Arrays.stream(samples).map(Math::abs).max().orElseThrow();
    return new AudioClip(
        Arrays.stream(samples).map(x -> x * PEAK / largest).toArray(), SAMPLE_RATE);
  }

  private static int below(int bound, SplitMix64 random) {
    return (int) (random.nextDouble() * bound);
  }

  private static String name(Sound sound) {
    return sound.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  @Override
  public String toString() {
    return count + " scenes, " + lowest + " dB to " + highest + " dB above the noise";
  }
}
