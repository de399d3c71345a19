/**
 * The entry point of the library: models, and the results of training, evaluating and comparing
 * them.
 *
 * <p>Begin with {@link org.unroll.Sequential}, which builds, trains, saves and loads models. {@link
 * org.unroll.Model} does the same for graphs of layers, {@link org.unroll.OutputLoss} configures
 * their outputs, {@link org.unroll.SequenceDecoder} generates sequences with them, and {@link
 * org.unroll.CtcDecoder} finds labels in sequences. {@link org.unroll.History} and {@link
 * org.unroll.Evaluation} are the results of {@code fit} and {@code evaluate}. {@link
 * org.unroll.Comparison} trains several models on the same data. {@link org.unroll.Unroll} sets the
 * seed of everything. The layers are in {@link org.unroll.layers.Layers}, the training loop is in
 * {@link org.unroll.training}.
 *
 * <p>This package depends on {@link org.unroll.training} and the packages below it. The packages of
 * file formats, hyperparameter search, plots and notebooks depend on it. It finds file formats and
 * plots as services, see {@code ModelFiles} and {@code PlotProvider}.
 */
package org.unroll;
