/**
 * Searches for hyperparameters: search spaces, tuners, trials on disk. Names and meaning are those
 * of KerasTuner.
 */
package org.unroll.tuning;
