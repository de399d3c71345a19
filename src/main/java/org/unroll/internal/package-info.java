/**
 * What several packages need and no user does: random numbers that are the same on every JVM, and
 * files that are written atomically.
 *
 * <p>{@code SplitMix64} is the generator of initial weights and of the order of samples. {@code
 * CounterRandom} draws dropout masks that do not depend on threads. {@code DefaultSeed} is the seed
 * of what is created without one. {@code AtomicFile} writes model files, checkpoints and downloads.
 * {@code TableClass} initializes Tablesaw while a file is read.
 *
 * <p>Every package may use this one. It uses no other package of the library.
 */
package org.unroll.internal;
