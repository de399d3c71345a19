package org.unroll.audio;

import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.commons.math3.transform.DftNormalization;
import org.apache.commons.math3.transform.FastFourierTransformer;
import org.apache.commons.math3.transform.TransformType;

/**
 * Computes mel spectrograms: the level of a sound in decibels by time and pitch. It has the names,
 * defaults and results of Keras's layer {@code MelSpectrogram}.
 *
 * <p>The sound is extended at both ends by reflecting half an FFT length, and cut into frames, one
 * every {@link #sequenceStride} samples. Frame t is therefore centered on sample t · stride, and
 * there are 1 + ⌊samples / stride⌋ frames. Each frame is multiplied by a periodic Hann window of
 * {@link #sequenceLength} samples, padded with zeros to {@link #fftLength} on both sides, and
 * Fourier transformed. The power |X|² of the frequencies is summed into triangular bands with the
 * peak 1 that overlap by half. Their {@link #numMelBins} + 2 edges are equally spaced on the mel
 * scale of HTK, mel(f) = 1127 ln(1 + f/700). A band of power p has the level 10 log₁₀ max(p, 10⁻¹⁰)
 * dB. Levels more than 80 dB below the loudest band of the clip are raised to that limit.
 *
 * <p>Time is the first axis, as recurrent layers require; in Keras it is the last. Immutable: each
 * setting returns a new object.
 *
 * <p>Source: Keras 3, {@code keras.layers.MelSpectrogram}.
 */
public final class MelSpectrogram {
  private static final double SMALLEST_POWER = 1e-10;
  private static final double TOP_DECIBELS = 80;

  /** The settings with Keras's defaults. */
  private static final class Settings {
    private int fftLength = 2048;
    private int sequenceStride = 512;
    private int sequenceLength; // 0 for fftLength
    private int samplingRate = 16_000;
    private int numMelBins = 128;
    private double minFreq = 20;
    private double maxFreq; // 0 for half the sampling rate

    private Settings with(Consumer<Settings> change) {
      var copy = new Settings();
      copy.fftLength = fftLength;
      copy.sequenceStride = sequenceStride;
      copy.sequenceLength = sequenceLength;
      copy.samplingRate = samplingRate;
      copy.numMelBins = numMelBins;
      copy.minFreq = minFreq;
      copy.maxFreq = maxFreq;
      change.accept(copy);
      return copy;
    }

    private int sequenceLength() {
      return sequenceLength == 0 ? fftLength : sequenceLength;
    }

    private double maxFreq() {
      return maxFreq == 0 ? samplingRate / 2.0 : maxFreq;
    }
  }

  private final Settings settings;
  private final double[] window;
  private final Band[] bands;

  /**
   * A triangular band of adjacent FFT frequencies: their weights, starting at frequency {@code
   * first}.
   */
  private record Band(int first, double[] weights) {}

  private MelSpectrogram(Settings settings) {
    this.settings = settings;
    int fftLength = settings.fftLength;
    int samplingRate = settings.samplingRate;
    check(fftLength >= 2 && Integer.bitCount(fftLength) == 1, "fftLength must be a power of 2");
    check(settings.sequenceStride >= 1, "sequenceStride must be at least 1");
    int length = settings.sequenceLength();
    check(length >= 1 && length <= fftLength, "sequenceLength must be between 1 and fftLength");
    check(samplingRate >= 1, "samplingRate must be at least 1");
    check(settings.numMelBins >= 1, "numMelBins must be at least 1");
    check(
        settings.minFreq >= 0
            && settings.minFreq < settings.maxFreq()
            && settings.maxFreq() <= samplingRate / 2.0,
        "minFreq and maxFreq must satisfy 0 <= minFreq < maxFreq <= samplingRate / 2");
    window = new double[length];
    for (int i = 0; i < length; i++) {
      window[i] = 0.5 - 0.5 * StrictMath.cos(2 * StrictMath.PI * i / length);
    }
    bands = bands();
  }

  /**
   * Creates a spectrogram with Keras's defaults: fftLength 2048, sequenceStride 512, sequenceLength
   * equal to fftLength, samplingRate 16,000 Hz, numMelBins 128, frequencies from 20 Hz to half the
   * sampling rate.
   */
  public MelSpectrogram() {
    this(new Settings());
  }

  private void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(
          rule
              + ", but the settings are fftLength="
              + settings.fftLength
              + ", sequenceStride="
              + settings.sequenceStride
              + ", sequenceLength="
              + settings.sequenceLength()
              + ", samplingRate="
              + settings.samplingRate
              + ", numMelBins="
              + settings.numMelBins
              + ", minFreq="
              + settings.minFreq
              + ", maxFreq="
              + settings.maxFreq()
              + ".");
    }
  }

  /** Sets the number of samples that are Fourier transformed, a power of 2. */
  public MelSpectrogram fftLength(int samples) {
    return with(changed -> changed.fftLength = samples);
  }

  /** Sets the number of samples from one frame to the next. */
  public MelSpectrogram sequenceStride(int samples) {
    return with(changed -> changed.sequenceStride = samples);
  }

  /** Sets the length of the window in samples, at most {@link #fftLength}; 0 means equal to it. */
  public MelSpectrogram sequenceLength(int samples) {
    return with(changed -> changed.sequenceLength = samples);
  }

  /** Sets the sampling rate of the clips in Hz. */
  public MelSpectrogram samplingRate(int hertz) {
    return with(changed -> changed.samplingRate = hertz);
  }

  /** Sets the number of bands. */
  public MelSpectrogram numMelBins(int bins) {
    return with(changed -> changed.numMelBins = bins);
  }

  /** Sets the lower edge of the lowest band in Hz. */
  public MelSpectrogram minFreq(double hertz) {
    return with(changed -> changed.minFreq = hertz);
  }

  /** Sets the upper edge of the highest band in Hz; 0 means half the sampling rate. */
  public MelSpectrogram maxFreq(double hertz) {
    return with(changed -> changed.maxFreq = hertz);
  }

  private MelSpectrogram with(Consumer<Settings> change) {
    return new MelSpectrogram(settings.with(change));
  }

  /**
   * Returns the spectrogram of a clip.
   *
   * @return the levels in decibels, shape (frames, bands), bands in order of increasing frequency
   * @throws IllegalArgumentException if the clip has another sampling rate, or is not longer than
   *     half an FFT
   */
  public double[][] of(AudioClip clip) {
    double[] samples = clip.samples();
    if (clip.sampleRate() != settings.samplingRate || samples.length <= settings.fftLength / 2) {
      throw new IllegalArgumentException(
          "The clip must have a sampling rate of "
              + settings.samplingRate
              + " Hz and more than "
              + settings.fftLength / 2
              + " samples, but has "
              + clip.sampleRate()
              + " Hz and "
              + samples.length
              + " samples.");
    }
    double[][] decibels = new double[1 + samples.length / settings.sequenceStride][];
    for (int frame = 0; frame < decibels.length; frame++) {
      decibels[frame] = levels(power(samples, frame * settings.sequenceStride));
    }
    double lowest =
        Arrays.stream(decibels).flatMapToDouble(Arrays::stream).max().getAsDouble() - TOP_DECIBELS;
    for (double[] frame : decibels) {
      Arrays.setAll(frame, band -> Math.max(frame[band], lowest));
    }
    return decibels;
  }

  /**
   * Returns the power of the frequencies 0 … settings.fftLength/2 of the frame that is centered on
   * a sample.
   */
  double[] power(double[] samples, int center) {
    double[][] spectrum = new double[2][settings.fftLength];
    int begin = (settings.fftLength - window.length) / 2;
    for (int i = 0; i < window.length; i++) {
      int at = Math.abs(center - settings.fftLength / 2 + begin + i);
      int reflected = at < samples.length ? at : 2 * (samples.length - 1) - at;
      spectrum[0][begin + i] = window[i] * samples[reflected];
    }
    FastFourierTransformer.transformInPlace(
        spectrum, DftNormalization.STANDARD, TransformType.FORWARD);
    double[] power = new double[settings.fftLength / 2 + 1];
    Arrays.setAll(power, k -> spectrum[0][k] * spectrum[0][k] + spectrum[1][k] * spectrum[1][k]);
    return power;
  }

  /** Returns the levels of the bands in decibels. */
  private double[] levels(double[] power) {
    double[] decibels = new double[settings.numMelBins];
    for (int b = 0; b < settings.numMelBins; b++) {
      double sum = 0;
      double[] weights = bands[b].weights();
      for (int k = 0; k < weights.length; k++) {
        sum += weights[k] * power[bands[b].first() + k];
      }
      decibels[b] = 10 * StrictMath.log10(Math.max(sum, SMALLEST_POWER));
    }
    return decibels;
  }

  private Band[] bands() {
    double lowest = mel(settings.minFreq);
    double width = (mel(settings.maxFreq()) - lowest) / (settings.numMelBins + 1);
    double[] mels = new double[settings.fftLength / 2 + 1];
    Arrays.setAll(mels, k -> mel((double) k * settings.samplingRate / settings.fftLength));
    Band[] created = new Band[settings.numMelBins];
    for (int b = 0; b < settings.numMelBins; b++) {
      double center = lowest + (b + 1) * width;
      int first = 1; // HTK leaves out the frequency 0
      while (first < mels.length && mels[first] <= center - width) {
        first++;
      }
      int end = first;
      while (end < mels.length && mels[end] < center + width) {
        end++;
      }
      double[] weights = new double[end - first];
      for (int k = first; k < end; k++) {
        weights[k - first] = 1 - Math.abs(mels[k] - center) / width;
      }
      created[b] = new Band(first, weights);
    }
    return created;
  }

  /** Returns the weight of a frequency of the FFT in a band. */
  double weight(int frequency, int band) {
    int k = frequency - bands[band].first();
    return k < 0 || k >= bands[band].weights().length ? 0 : bands[band].weights()[k];
  }

  private static double mel(double hertz) {
    return 1127 * StrictMath.log(1 + hertz / 700);
  }
}
