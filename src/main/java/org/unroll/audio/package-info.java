/**
 * Audio: sounds and their spectrograms.
 *
 * <p>Start with {@link org.unroll.audio.MelSpectrogram}, which converts an {@link
 * org.unroll.audio.AudioClip} to the frames that a model sees. {@code
 * org.unroll.datasets.SoundScenes} generates clips with labels.
 *
 * <p>This package depends on no other package of the library.
 */
package org.unroll.audio;
