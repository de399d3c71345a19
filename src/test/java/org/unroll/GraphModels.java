package org.unroll;

import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.globalAveragePooling1D;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.gruCell;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.l2;
import static org.unroll.layers.Layers.layerNormalization;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.lstmCell;
import static org.unroll.layers.Layers.maxPooling1D;
import static org.unroll.layers.Layers.repeatVector;
import static org.unroll.layers.Layers.rnn;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.stackedRnnCells;
import static org.unroll.layers.Layers.timeDistributed;
import static org.unroll.losses.Losses.binaryCrossentropy;
import static org.unroll.losses.Losses.categoricalCrossentropy;
import static org.unroll.losses.Losses.mae;
import static org.unroll.losses.Losses.mse;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;

import java.util.Arrays;
import java.util.List;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.Bidirectional.MergeMode;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Node;

/** The models of src/test/python/graph_goldens.py; each method has the name of its case. */
final class GraphModels {
  private GraphModels() {}

  /** A model and what its outputs are compiled with. */
  record Graph(Model model, OutputLoss... losses) {}

  static Layer tokens(int width) {
    return embedding(7, width).maskZero(true);
  }

  static Graph withMse(List<Input> inputs, Node... outputs) {
    var losses = new OutputLoss[outputs.length];
    Arrays.fill(losses, OutputLoss.of(mse()));
    return new Graph(Model.of(inputs, List.of(outputs)), losses);
  }

  static Graph staticFeaturesAsStates() {
    Input series = input(5, 3);
    Input place = input(2);
    Node start = dense(4, "tanh").on(place);
    var model = Model.of(List.of(series, place), dense(1).on(gru(4).on(series, start)));
    return new Graph(model, OutputLoss.of(mse()).metrics("mae"));
  }

  static Graph twoOutputs() {
    Input series = input(5, 3);
    Node shared = gru(4).on(series);
    Node level = dense(1).name("level").on(shared);
    Node kind = dense(3, "softmax").name("kind").on(shared);
    return new Graph(
        Model.of(series, List.of(level, kind)),
        OutputLoss.of("kind", sparseCategoricalCrossentropy()).weight(2).metrics("accuracy"),
        OutputLoss.of("level", mse()).weight(0.3).metrics("mae"));
  }

  static Graph sharedEncoder() {
    Input left = input(Shape.ANY, 3);
    Input right = input(Shape.ANY, 3);
    Layer encoder = gru(4);
    Layer head = dense(2, "tanh").name("head");
    return withMse(List.of(left, right), head.on(encoder.on(left)), head.on(encoder.on(right)));
  }

  static Graph sharedEmbedding() {
    Input source = input(Shape.ANY);
    Input goal = input(Shape.ANY);
    Layer embedding = tokens(3);
    Node encoder = lstm(4).returnState(true).on(embedding.on(source));
    Node decoder = lstm(4).returnSequences(true).on(embedding.on(goal), encoder.states());
    return new Graph(
        Model.of(List.of(source, goal), dense(5, "softmax").on(decoder)),
        OutputLoss.of(sparseCategoricalCrossentropy()).metrics("accuracy"));
  }

  static Graph lstmStates() {
    Input source = input(6, 3);
    Input goal = input(5, 2);
    Node encoder = lstm(4).returnState(true).on(source);
    Node decoder = lstm(4).returnSequences(true).on(goal, encoder.states());
    return withMse(List.of(source, goal), dense(1).on(decoder));
  }

  static Graph gruStatesMasked() {
    Input source = input(6);
    Input goal = input(5);
    Node encoder = gru(4).returnState(true).on(tokens(3).on(source));
    Node decoder = gru(4).returnSequences(true).on(tokens(2).on(goal), encoder.states());
    return new Graph(
        Model.of(List.of(source, goal), dense(3, "softmax").on(decoder)),
        OutputLoss.of(sparseCategoricalCrossentropy()));
  }

  static Graph simpleRnnStatesMasked() {
    Input source = input(6);
    Input goal = input(5);
    Node encoder = simpleRnn(4).returnState(true).on(tokens(3).on(source));
    Node decoder = simpleRnn(4).on(tokens(2).on(goal), encoder.states());
    return withMse(List.of(source, goal), dense(2).on(decoder));
  }

  static Graph stackedCellsStates() {
    Input source = input(5, 3);
    Input goal = input(4, 3);
    Node encoder = rnn(stackedRnnCells(lstmCell(3), gruCell(2))).returnState(true).on(source);
    Node decoder =
        rnn(stackedRnnCells(lstmCell(3), gruCell(2)))
            .returnSequences(true)
            .on(goal, encoder.states());
    return withMse(List.of(source, goal), dense(2).on(decoder));
  }

  static Graph bidirectionalStates() {
    Input source = input(5, 3);
    Input goal = input(4, 2);
    Node encoder = bidirectional(lstm(3).returnState(true)).on(source);
    Node decoder = bidirectional(lstm(3).returnSequences(true)).on(goal, encoder.states());
    return withMse(List.of(source, goal), dense(1).on(decoder));
  }

  static Graph bidirectionalStatesMasked() {
    Input source = input(5);
    Input goal = input(4);
    Node encoder =
        bidirectional(gru(3).returnState(true)).mergeMode(MergeMode.AVE).on(tokens(3).on(source));
    Node decoder =
        bidirectional(gru(3)).mergeMode(MergeMode.SUM).on(tokens(2).on(goal), encoder.states());
    return withMse(
        List.of(source, goal),
        dense(1).name("decoded").on(decoder),
        dense(2).name("encoded").on(encoder.output()));
  }

  static Graph statesThroughDense() {
    Input source = input(5, 3);
    Input goal = input(4, 2);
    List<Node> states = lstm(5).returnState(true).on(source).states();
    List<Node> start = List.of(dense(3, "tanh").on(states.get(0)), dense(3).on(states.get(1)));
    return withMse(
        List.of(source, goal), dense(1).on(lstm(3).returnSequences(true).on(goal, start)));
  }

  static Graph statesAsOutputs() {
    Input series = input(5, 3);
    Node encoder = lstm(2).returnSequences(true).returnState(true).name("encoder").on(series);
    List<Node> states = encoder.states();
    Node steps = dense(1).name("steps").on(encoder);
    return new Graph(
        Model.of(series, List.of(steps, states.get(0), states.get(1))),
        OutputLoss.of(mse()),
        OutputLoss.of(mse()).weight(0.5),
        OutputLoss.of(mse()).weight(0.25));
  }

  static Graph statefulEncoder() {
    Input source = input(5, 3).batchSize(4);
    Input goal = input(4, 2).batchSize(4);
    Node encoder = lstm(3).returnState(true).stateful(true).on(source);
    return withMse(List.of(source, goal), dense(1).on(lstm(3).on(goal, encoder.states())));
  }

  static Graph intermediateOutput() {
    Input series = input(6, 3);
    Node steps = dense(2).name("steps").on(gru(4).returnSequences(true).on(series));
    return withMse(List.of(series), steps, dense(1).name("last").on(gru(3).on(steps)));
  }

  static Graph softmaxOutputReadAgain() {
    Input series = input(5, 3);
    Node kind = dense(3, "softmax").name("kind").on(simpleRnn(4).on(series));
    return new Graph(
        Model.of(series, List.of(kind, dense(1).name("level").on(kind))),
        OutputLoss.of(categoricalCrossentropy()).metrics("accuracy"),
        OutputLoss.of(mse()).metrics("mae"));
  }

  static Graph sigmoidOutputReadAgain() {
    Input text = input(5);
    Node hidden = lstm(4).returnSequences(true).on(tokens(3).on(text));
    Node end = dense(1, "sigmoid").name("end").on(hidden);
    Node kind = dense(3, "softmax").name("kind").on(gru(3).on(end));
    return new Graph(
        Model.of(text, List.of(end, kind)),
        OutputLoss.of(binaryCrossentropy()).metrics("accuracy"),
        OutputLoss.of(sparseCategoricalCrossentropy()).metrics("accuracy"));
  }

  static Graph activityOfABranchingLayer() {
    Input features = input(4);
    Node shared =
        dense(5, "tanh").activityRegularizer(l2(0.1)).kernelRegularizer(l2(0.05)).on(features);
    return new Graph(
        Model.of(features, List.of(dense(1).name("a").on(shared), dense(2).name("b").on(shared))),
        OutputLoss.of(mse()).weight(0.5),
        OutputLoss.of(mse()).weight(1.5));
  }

  static Graph activityOfASharedLayer() {
    Input left = input(4);
    Input right = input(4);
    Layer shared = dense(3, "tanh").activityRegularizer(l2(0.2));
    return withMse(
        List.of(left, right),
        dense(1).name("a").on(shared.on(left)),
        dense(1).name("b").on(shared.on(right)));
  }

  static Graph activityOfStates() {
    Input source = input(5, 3);
    Input goal = input(4, 3);
    Node encoder = lstm(3).returnState(true).activityRegularizer(l2(0.1)).on(source);
    return withMse(List.of(source, goal), dense(1).on(lstm(3).on(goal, encoder.states())));
  }

  static Graph batchNormalizationInOneBranch() {
    Input series = input(5, 3);
    Node shared = conv1D(4, 2).activation("tanh").on(series);
    Node normalized = gru(3).on(batchNormalization().on(shared));
    return withMse(
        List.of(series),
        dense(1).name("a").on(normalized),
        dense(1).name("b").on(gru(2).on(shared)));
  }

  static Graph batchNormalizationInBothBranches() {
    Input left = input(4);
    Input right = input(3);
    Node first = batchNormalization().on(dense(4, "tanh").on(left));
    Node second = batchNormalization().on(dense(5, "relu").on(right));
    return withMse(
        List.of(left, right), dense(3).name("a").on(first), dense(2).name("b").on(second));
  }

  static Graph sharedBatchNormalization() {
    Input left = input(4);
    Input right = input(4);
    Layer dense = dense(3);
    Layer norm = batchNormalization().momentum(0.8);
    Layer head = dense(1).name("head");
    return withMse(
        List.of(left, right), head.on(norm.on(dense.on(left))), head.on(norm.on(dense.on(right))));
  }

  static Graph frozenEncoder() {
    Input source = input(6, 3);
    Input goal = input(5, 2);
    Layer encoder = gru(4).returnState(true).trainable(false);
    Node decoder = gru(4).returnSequences(true).on(goal, encoder.on(source).states());
    return withMse(List.of(source, goal), dense(1).on(decoder));
  }

  static Graph frozenDecoder() {
    Input source = input(6, 3);
    Input goal = input(5, 2);
    Node encoder = gru(4).returnState(true).on(source);
    Layer decoder = gru(4).returnSequences(true).trainable(false);
    return withMse(
        List.of(source, goal), dense(1).trainable(false).on(decoder.on(goal, encoder.states())));
  }

  static Graph sampleWeightsOfTwoOutputs() {
    Input series = input(5, 3);
    Node shared = lstm(3).on(series);
    Node level = dense(1).name("level").on(shared);
    Node kind = dense(3, "softmax").name("kind").on(shared);
    return new Graph(
        Model.of(series, List.of(level, kind)),
        OutputLoss.of("level", mse()).weight(0.7).metrics("mae"),
        OutputLoss.of("kind", sparseCategoricalCrossentropy()).weight(1.3).metrics("accuracy"));
  }

  static Graph sampleWeightsForEachOutput() {
    Input series = input(5, 3);
    Node shared = lstm(3).on(series);
    Node level = dense(2).name("level").on(shared);
    Node kind = dense(1, "sigmoid").name("kind").on(shared);
    return new Graph(
        Model.of(series, List.of(level, kind)),
        OutputLoss.of(mae()),
        OutputLoss.of(binaryCrossentropy()));
  }

  static Graph maskedBackwardsFromAState() {
    Input text = input(5);
    Input start = input(4);
    Layer decoder = gru(4).returnSequences(true).goBackwards(true).resetAfter(false);
    return withMse(List.of(text, start), dense(1).on(decoder.on(tokens(3).on(text), start)));
  }

  static Graph layerContinuedFromItsStates() {
    Input first = input(4, 3);
    Input second = input(3, 3);
    Layer layer = lstm(3).returnSequences(true).returnState(true);
    Layer head = dense(1).name("head");
    Node before = layer.on(first);
    Node after = layer.on(second, before.states());
    return withMse(List.of(first, second), head.on(before), head.on(after));
  }

  static Graph convolutionAsState() {
    Input signal = input(8, 2);
    Input series = input(5, 3);
    Node filtered = conv1D(4, 3).activation("relu").padding("same").on(signal);
    Node start = globalAveragePooling1D().on(maxPooling1D(2).on(filtered));
    Node end = simpleRnn(4).on(layerNormalization().on(series), start);
    return withMse(List.of(signal, series), dense(1).on(end));
  }

  static Graph repeatedState() {
    Input series = input(5, 3);
    Node encoder = gru(4).returnState(true).on(series);
    Node decoder = gru(4).returnSequences(true).on(repeatVector(3).on(encoder), encoder.states());
    return withMse(
        List.of(series),
        timeDistributed(dense(2)).name("steps").on(decoder),
        dense(3).name("code").on(encoder.states().get(0)));
  }

  static Graph maskedSequencesOfTwoOutputs() {
    Input text = input(Shape.ANY);
    Node hidden = bidirectional(lstm(2).returnSequences(true)).on(tokens(3).on(text));
    return new Graph(
        Model.of(
            text,
            List.of(dense(4, "softmax").name("tag").on(hidden), dense(1).name("value").on(hidden))),
        OutputLoss.of(sparseCategoricalCrossentropy()).metrics("accuracy"),
        OutputLoss.of(mse()).metrics("mae"));
  }
}
