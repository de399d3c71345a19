/**
 * Ready-made datasets, like {@code keras.datasets}: measured, and synthetic for use without a
 * download.
 *
 * <p>Start with {@link org.unroll.datasets.JenaClimate} (time series), {@link
 * org.unroll.datasets.Imdb} (text), {@link org.unroll.datasets.SoundScenes} (audio) or {@link
 * org.unroll.datasets.SequenceTasks} (benchmarks of memory). Downloaded files are verified and kept
 * in a cache folder.
 *
 * <p>This package depends on {@code org.unroll.data} and on the packages for text, audio and time
 * series. It does not use layers or models.
 */
package org.unroll.datasets;
