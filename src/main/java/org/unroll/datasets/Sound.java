package org.unroll.datasets;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.unroll.internal.SplitMix64;

/**
 * The sounds of {@link SoundScenes}. Tone and beeps, the two chirps, and siren and alarm have the
 * same range of pitches and differ only in how they change with time.
 */
enum Sound {
  /** A steady sine of 500 to 900 Hz. */
  TONE {
    @Override
    double[] make(int samples, SplitMix64 random) {
      double hertz = between(500, 900, random);
      return sweep(samples, second -> hertz);
    }
  },
  /** A sine of 500 to 900 Hz that is switched on and off 5 to 8 times per second. */
  BEEPS {
    @Override
    double[] make(int samples, SplitMix64 random) {
      double hertz = between(500, 900, random);
      double rate = between(5, 8, random);
      double[] wave = sweep(samples, second -> hertz);
      for (int i = 0; i < samples; i++) {
        double part = i * rate / SoundScenes.SAMPLE_RATE;
        wave[i] *= edges(part - Math.floor(part), 0.5, rate);
      }
      return wave;
    }
  },
  /** A sine that rises from 600 to 900 Hz to three times its initial frequency. */
  RISING_CHIRP {
    @Override
    double[] make(int samples, SplitMix64 random) {
      double hertz = between(600, 900, random);
      double seconds = (double) samples / SoundScenes.SAMPLE_RATE;
      return sweep(samples, second -> hertz * StrictMath.pow(3, second / seconds));
    }
  },
  /** A sine that falls to 600 to 900 Hz from three times its final frequency. */
  FALLING_CHIRP {
    @Override
    double[] make(int samples, SplitMix64 random) {
      double hertz = between(600, 900, random);
      double seconds = (double) samples / SoundScenes.SAMPLE_RATE;
      return sweep(samples, second -> hertz * StrictMath.pow(3, 1 - second / seconds));
    }
  },
  /** A sine that varies smoothly by a quarter around 1200 to 1500 Hz, 2 to 3 times per second. */
  SIREN {
    @Override
    double[] make(int samples, SplitMix64 random) {
      double hertz = between(1200, 1500, random);
      double rate = 2 * StrictMath.PI * between(2, 3, random);
      return sweep(samples, second -> hertz * (1 + 0.25 * StrictMath.sin(rate * second)));
    }
  },
  /** Two sines in turn, a quarter above and below 1200 to 1500 Hz, 2 to 3 times a second. */
  ALARM {
    @Override
    double[] make(int samples, SplitMix64 random) {
      double hertz = between(1200, 1500, random);
      double rate = between(2, 3, random);
      return sweep(
          samples,
          second -> hertz * (second * rate - Math.floor(second * rate) < 0.5 ? 1.25 : 0.75));
    }
  },
  /** A tone of 150 to 250 Hz with nine overtones, the k-th a k-th as strong. */
  HORN {
    @Override
    double[] make(int samples, SplitMix64 random) {
      double hertz = between(150, 250, random);
      double[] wave = new double[samples];
      for (int k = 1; k <= 10; k++) {
        int partial = k;
        add(wave, 1.0 / k, sweep(samples, second -> partial * hertz));
      }
      return wave;
    }
  },
  /** Strokes, 2 to 3 per second, that decay within a quarter of a second; inharmonic partials. */
  BELL {
    private static final double[] PARTIALS = {1, 1.51, 2.03, 2.76};

    @Override
    double[] make(int samples, SplitMix64 random) {
      double hertz = between(1600, 2200, random);
      double rate = between(2, 3, random);
      double[] wave = new double[samples];
      for (double partial : PARTIALS) {
        add(wave, 1 / partial, sweep(samples, second -> partial * hertz));
      }
      for (int i = 0; i < samples; i++) {
        double strokes = i * rate / SoundScenes.SAMPLE_RATE;
        wave[i] *= StrictMath.exp(-4 * (strokes - Math.floor(strokes)) / rate);
      }
      return wave;
    }
  },
  /** White noise. */
  NOISE_BURST {
    @Override
    double[] make(int samples, SplitMix64 random) {
      double[] wave = new double[samples];
      Arrays.setAll(wave, i -> random.nextGaussian());
      return wave;
    }
  },
  /** Clicks, 10 to 16 per second, each a few milliseconds of 3000 to 5000 Hz. */
  CLICKS {
    @Override
    double[] make(int samples, SplitMix64 random) {
      double hertz = between(3000, 5000, random);
      double rate = between(10, 16, random);
      double[] wave = sweep(samples, second -> hertz);
      for (int i = 0; i < samples; i++) {
        double clicks = i * rate / SoundScenes.SAMPLE_RATE;
        wave[i] *= StrictMath.exp(-300 * (clicks - Math.floor(clicks)) / rate);
      }
      return wave;
    }
  };

  private static final double FADE = 0.01;

  /** Generates the sound at its natural level. */
  abstract double[] make(int samples, SplitMix64 random);

  /** Generates the sound with a mean square of 1, faded in and out over 10 ms. */
  double[] wave(int samples, SplitMix64 random) {
    double[] wave = make(samples, random);
    double squares = 0;
    for (int i = 0; i < samples; i++) {
      wave[i] *= edges((double) i / samples, 1, (double) SoundScenes.SAMPLE_RATE / samples);
      squares += wave[i] * wave[i];
    }
    double scale = StrictMath.sqrt(samples / squares);
    for (int i = 0; i < samples; i++) {
      wave[i] *= scale;
    }
    return wave;
  }

  /**
   * Returns 1 while a fraction of a period is below {@code on} and otherwise 0, with soft edges of
   * 10 ms on the inside.
   *
   * @param part the elapsed fraction of the period, 0 … 1
   * @param on the fraction of the period that is on
   * @param rate the number of periods per second
   */
  private static double edges(double part, double on, double rate) {
    double toEdge = Math.min(part, on - part) / rate;
    return toEdge <= 0
        ? 0
        : toEdge >= FADE ? 1 : 0.5 - 0.5 * StrictMath.cos(StrictMath.PI * toEdge / FADE);
  }

  /** Returns a sine wave whose frequency depends on time. */
  private static double[] sweep(int samples, DoubleUnaryOperator hertz) {
    double[] wave = new double[samples];
    double turns = 0;
    for (int i = 0; i < samples; i++) {
      wave[i] = StrictMath.sin(2 * StrictMath.PI * turns);
      turns += hertz.applyAsDouble((double) i / SoundScenes.SAMPLE_RATE) / SoundScenes.SAMPLE_RATE;
      turns -= Math.floor(turns);
    }
    return wave;
  }

  private static void add(double[] sum, double factor, double[] wave) {
    for (int i = 0; i < sum.length; i++) {
      sum[i] += factor * wave[i];
    }
  }

  static double between(double from, double to, SplitMix64 random) {
    return from + (to - from) * random.nextDouble();
  }
}
