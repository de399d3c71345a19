"""Writes reference values of mel spectrograms, computed by Keras and NumPy: audio/mel_spectrogram.json.

Keras computes in float32, even on its NumPy backend, so its decibels are exact only to about 1e-3. The second source is
exact: numpy.fft.rfft for a frame, and numpy.interp for the triangles on the mel scale. The script compares both.
"""

import json
import pathlib
import os

os.environ.setdefault("KERAS_BACKEND", "numpy")

import keras
import numpy as np

OUT = pathlib.Path(__file__).resolve().parents[1] / "resources/org/unroll/audio/mel_spectrogram.json"


def signal(samples, rate):
    t = np.arange(samples) / rate
    return 0.5 * np.sin(2 * np.pi * 440 * t) + 0.3 * np.sin(2 * np.pi * (900 + 2000 * t) * t)


def mel(hertz):
    return 1127 * np.log(1 + hertz / 700)


def bands(layer, rate):
    frequencies = mel(np.fft.rfftfreq(layer.fft_length, 1 / rate))
    edges = np.linspace(mel(layer.min_freq), mel(layer.max_freq), layer.num_mel_bins + 2)
    matrix = np.stack(
        [np.interp(frequencies, edges[b : b + 3], [0, 1, 0]) for b in range(layer.num_mel_bins)], 1
    )
    matrix[0] = 0
    return matrix


def power(layer, x, frame):
    length, fft = layer.sequence_length, layer.fft_length
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)
    before = (fft - length) // 2
    window = np.pad(window, (before, fft - length - before))
    begin = frame * layer.sequence_stride
    cut = np.pad(x, fft // 2, mode="reflect")[begin : begin + fft]
    return np.abs(np.fft.rfft(cut * window)) ** 2


def case(samples, rate, frames, **options):
    layer = keras.layers.MelSpectrogram(sampling_rate=rate, dtype="float64", **options)
    x = signal(samples, rate)
    decibels = np.asarray(layer(x[None])[0]).T
    matrix = bands(layer, rate)
    spectra = np.stack([power(layer, x, frame) for frame in range(len(decibels))])
    exact = 10 * np.log10(np.maximum(spectra @ matrix, 1e-10))
    exact = np.maximum(exact, exact.max() - 80)
    assert np.abs(exact - decibels).max() < 3e-3, np.abs(exact - decibels).max()
    return {
        "samples": samples,
        "rate": rate,
        "options": options,
        "shape": decibels.shape,
        "frames": frames,
        "keras": [[round(v, 4) for v in decibels[f]] for f in frames],
        "exact": [[round(v, 9) for v in exact[f]] for f in frames],
        "power": [float(f"{v:.10g}") for v in spectra[frames[-1]][::7]],
        "weights": [
            [k, b, round(matrix[k, b], 12)] for k, b in zip(*np.nonzero(matrix)) if b % 9 == 0
        ],
        "weights_in_all": np.count_nonzero(matrix > 1e-12),
    }


if __name__ == "__main__":
    cases = [
        case(4000, 16000, [0, 3, 7], num_mel_bins=24),
        case(3000, 8000, [0, 5, 30], fft_length=256, sequence_stride=100, sequence_length=200,
             num_mel_bins=20, min_freq=125.0, max_freq=3800.0),
        case(4096, 16000, [0, 8, 16], fft_length=2048, sequence_stride=256, sequence_length=1024,
             num_mel_bins=256),
    ]
    OUT.write_text(json.dumps({"keras": keras.__version__, "cases": cases}, default=int) + "\n")
