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

/**
 * Made-up sound in which a network is to tell what can be heard when: scenes of 4.08 s in which
 * sounds of ten classes overlap over background noise.
 *
 * <pre>{@code
 * SoundScenes scenes = SoundScenes.of(30, 1).signalToNoise(0, 20);
 * SoundScene scene = scenes.scene(0); // its clip, events, spectrogram, labels
 * Samples sounds = scenes.samples(); // inputs (256, 256), targets (256, 10)
 * }</pre>
 *
 * <p>A scene has four to seven sounds, each of another class, each 0.5 to 1.5 s long and at any
 * place where it fits; number, class, length, place and loudness are uniform. The background is
 * noise in which low frequencies are strong, as in a room: the sum of two equal parts, one white,
 * one that forgets with a factor of 0.95 from sample to sample. At the end a scene is scaled so
 * that its largest sample is 0.9. Mono, 16,000 Hz.
 *
 * <p>The same seed makes the same scenes, on every machine and JDK; fewer scenes are the beginning
 * of more. With other decibels the same events are at the same places, louder or less loud.
 * Immutable.
 */
public final class SoundScenes {
  /** Samples in a second of every clip, Hz. */
  public static final int SAMPLE_RATE = 16_000;

  /** From the middle of one frame to the middle of the next, in seconds. */
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
   * Scenes with signal-to-noise ratios from 0 to 20 dB.
   *
   * @param scenes how many, at least 1
   */
  public static SoundScenes of(int scenes, long seed) {
    if (scenes < 1) {
      throw new IllegalArgumentException("There is at least 1 scene. Received: scenes=" + scenes);
    }
    return new SoundScenes(scenes, seed, 0, 20);
  }

  /**
   * The same scenes with other signal-to-noise ratios. Each event has one of its own, drawn evenly
   * between the two; it is 10 log₁₀ of the event's mean square by that of the noise.
   *
   * @param lowest decibels, 0 for a sound as strong as the noise
   * @param highest decibels, not below {@code lowest}; the same for one ratio for all
   */
  public SoundScenes signalToNoise(double lowest, double highest) {
    if (!(lowest <= highest && Double.isFinite(highest - lowest))) {
      throw new IllegalArgumentException(
          "Signal-to-noise ratios go from a lower to a higher one. Received: "
              + lowest
              + " dB to "
              + highest
              + " dB");
    }
    return new SoundScenes(count, seed, lowest, highest);
  }

  /**
   * The names of the ten classes, in the order of the labels: tone, beeps, rising chirp, falling
   * chirp, siren, alarm, horn, bell, noise burst, clicks.
   */
  public static List<String> classes() {
    return CLASSES;
  }

  /**
   * One sound alone, without noise.
   *
   * @param name one of {@link #classes()}
   * @param seconds how long it lasts
   */
  public static AudioClip sound(String name, double seconds, long seed) {
    Sound sound =
        Arrays.stream(Sound.values())
            .filter(candidate -> name(candidate).equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "There is no sound '"
                            + name
                            + "'. The sounds are: "
                            + String.join(", ", CLASSES)));
    int samples = (int) Math.round(seconds * SAMPLE_RATE);
    if (samples < 1) {
      throw new IllegalArgumentException(
          "A sound lasts longer than 0 seconds. Received: seconds=" + seconds);
    }
    return clip(sound.wave(samples, new SplitMix64(seed)));
  }

  /** The number of scenes. */
  public int size() {
    return count;
  }

  /**
   * One of the scenes. It is made anew at each call.
   *
   * @param number counts from 0
   * @throws IndexOutOfBoundsException if there is none of this number
   */
  public SoundScene scene(int number) {
    if (number < 0 || number >= count) {
      throw new IndexOutOfBoundsException(
          "Scenes are numbered 0 … " + (count - 1) + ". Received: " + number);
    }
    var random = new SplitMix64(SplitMix64.mix(SplitMix64.mix(seed) + number));
    double[] mix = background(random);
    double noise = Arrays.stream(mix).map(x -> x * x).sum() / LENGTH;
    List<SoundScene.Event> events = new ArrayList<>();
    for (Sound sound : some(random)) {
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
   * All scenes as samples: inputs (256, 256), the spectrogram of a scene less its own mean, divided
   * by its own standard deviation, so that it does not matter how loud a scene is; targets (256,
   * 10), its labels. They take 270 kB of memory each, and twice as much more while they are made.
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

  /** Four to seven different sounds. */
  private static List<Sound> some(SplitMix64 random) {
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
    return count + " scenes, " + lowest + " dB to " + highest + " dB over the noise";
  }
}
