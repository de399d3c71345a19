package org.unroll.audio;

import java.util.Arrays;
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

  private final int fftLength;
  private final int sequenceStride;
  private final int sequenceLength;
  private final int samplingRate;
  private final int numMelBins;
  private final double minFreq;
  private final double maxFreq;

  private final double[] window;
  private final Band[] bands;

  /**
   * A triangular band of adjacent FFT frequencies: their weights, starting at frequency {@code
   * first}.
   */
  private record Band(int first, double[] weights) {}

  private MelSpectrogram(
      int fftLength,
      int sequenceStride,
      int sequenceLength,
      int samplingRate,
      int numMelBins,
      double minFreq,
      double maxFreq) {
    this.fftLength = fftLength;
    this.sequenceStride = sequenceStride;
    this.sequenceLength = sequenceLength;
    this.samplingRate = samplingRate;
    this.numMelBins = numMelBins;
    this.minFreq = minFreq;
    this.maxFreq = maxFreq;
    check(fftLength >= 2 && Integer.bitCount(fftLength) == 1, "fftLength must be a power of 2");
    check(sequenceStride >= 1, "sequenceStride must be at least 1");
    int length = sequenceLength();
    check(length >= 1 && length <= fftLength, "sequenceLength must be between 1 and fftLength");
    check(samplingRate >= 1, "samplingRate must be at least 1");
    check(numMelBins >= 1, "numMelBins must be at least 1");
    check(
        minFreq >= 0 && minFreq < maxFreq() && maxFreq() <= samplingRate / 2.0,
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
    this(2048, 512, 0, 16_000, 128, 20, 0);
  }

  private void check(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(
          rule
              + ", but the settings are fftLength="
              + fftLength
              + ", sequenceStride="
              + sequenceStride
              + ", sequenceLength="
              + sequenceLength()
              + ", samplingRate="
              + samplingRate
              + ", numMelBins="
              + numMelBins
              + ", minFreq="
              + minFreq
              + ", maxFreq="
              + maxFreq()
              + ".");
    }
  }

  /** Sets the number of samples that are Fourier transformed, a power of 2. */
  public MelSpectrogram fftLength(int samples) {
    return new MelSpectrogram(
        samples, sequenceStride, sequenceLength, samplingRate, numMelBins, minFreq, maxFreq);
  }

  /** Sets the number of samples from one frame to the next. */
  public MelSpectrogram sequenceStride(int samples) {
    return new MelSpectrogram(
        fftLength, samples, sequenceLength, samplingRate, numMelBins, minFreq, maxFreq);
  }

  /** Sets the length of the window in samples, at most {@link #fftLength}; 0 means equal to it. */
  public MelSpectrogram sequenceLength(int samples) {
    return new MelSpectrogram(
        fftLength, sequenceStride, samples, samplingRate, numMelBins, minFreq, maxFreq);
  }

  /** Sets the sampling rate of the clips in Hz. */
  public MelSpectrogram samplingRate(int hertz) {
    return new MelSpectrogram(
        fftLength, sequenceStride, sequenceLength, hertz, numMelBins, minFreq, maxFreq);
  }

  /** Sets the number of bands. */
  public MelSpectrogram numMelBins(int bins) {
    return new MelSpectrogram(
        fftLength, sequenceStride, sequenceLength, samplingRate, bins, minFreq, maxFreq);
  }

  /** Sets the lower edge of the lowest band in Hz. */
  public MelSpectrogram minFreq(double hertz) {
    return new MelSpectrogram(
        fftLength, sequenceStride, sequenceLength, samplingRate, numMelBins, hertz, maxFreq);
  }

  /** Sets the upper edge of the highest band in Hz; 0 means half the sampling rate. */
  public MelSpectrogram maxFreq(double hertz) {
    return new MelSpectrogram(
        fftLength, sequenceStride, sequenceLength, samplingRate, numMelBins, minFreq, hertz);
  }

  private int sequenceLength() {
    return sequenceLength == 0 ? fftLength : sequenceLength;
  }

  private double maxFreq() {
    return maxFreq == 0 ? samplingRate / 2.0 : maxFreq;
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
    if (clip.sampleRate() != samplingRate || samples.length <= fftLength / 2) {
      throw new IllegalArgumentException(
          "The clip must have a sampling rate of "
              + samplingRate
              + " Hz and more than "
              + fftLength / 2
              + " samples, but has "
              + clip.sampleRate()
              + " Hz and "
              + samples.length
              + " samples.");
    }
    double[][] decibels = new double[1 + samples.length / sequenceStride][];
    for (int frame = 0; frame < decibels.length; frame++) {
      decibels[frame] = levels(power(samples, frame * sequenceStride));
    }
    double lowest =
        Arrays.stream(decibels).flatMapToDouble(Arrays::stream).max().getAsDouble() - TOP_DECIBELS;
    for (double[] frame : decibels) {
      Arrays.setAll(frame, band -> Math.max(frame[band], lowest));
    }
    return decibels;
  }

  /**
   * Returns the power of the frequencies 0 … fftLength/2 of the frame that is centered on a sample.
   */
  double[] power(double[] samples, int center) {
    double[][] spectrum = new double[2][fftLength];
    int begin = (fftLength - window.length) / 2;
    for (int i = 0; i < window.length; i++) {
      int at = Math.abs(center - fftLength / 2 + begin + i);
      int reflected = at < samples.length ? at : 2 * (samples.length - 1) - at;
      spectrum[0][begin + i] = window[i] * samples[reflected];
    }
    FastFourierTransformer.transformInPlace(
        spectrum, DftNormalization.STANDARD, TransformType.FORWARD);
    double[] power = new double[fftLength / 2 + 1];
    Arrays.setAll(power, k -> spectrum[0][k] * spectrum[0][k] + spectrum[1][k] * spectrum[1][k]);
    return power;
  }

  /** Returns the levels of the bands in decibels. */
  private double[] levels(double[] power) {
    double[] decibels = new double[numMelBins];
    for (int b = 0; b < numMelBins; b++) {
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
    double lowest = mel(minFreq);
    double width = (mel(maxFreq()) - lowest) / (numMelBins + 1);
    double[] mels = new double[fftLength / 2 + 1];
    Arrays.setAll(mels, k -> mel((double) k * samplingRate / fftLength));
    Band[] created = new Band[numMelBins];
    for (int b = 0; b < numMelBins; b++) {
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
