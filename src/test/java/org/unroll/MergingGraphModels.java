package org.unroll;

import static org.unroll.GraphModels.tokens;
import static org.unroll.GraphModels.withMse;
import static org.unroll.layers.Layers.add;
import static org.unroll.layers.Layers.additiveAttention;
import static org.unroll.layers.Layers.attention;
import static org.unroll.layers.Layers.average;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dot;
import static org.unroll.layers.Layers.globalAveragePooling1D;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.l2;
import static org.unroll.layers.Layers.layerNormalization;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.maximum;
import static org.unroll.layers.Layers.minimum;
import static org.unroll.layers.Layers.multiHeadAttention;
import static org.unroll.layers.Layers.multiply;
import static org.unroll.layers.Layers.simpleRnn;
import static org.unroll.layers.Layers.subtract;
import static org.unroll.losses.Losses.binaryCrossentropy;
import static org.unroll.losses.Losses.mse;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;

import java.util.List;
import org.unroll.GraphModels.Graph;
import org.unroll.data.Shape;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.network.Constraints;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Node;

/** The models of src/test/python/graph_goldens.py with merging and attention layers. */
final class MergingGraphModels {
  private MergingGraphModels() {}

  static Graph staticFeaturesBesideASeries() {
    Input series = input(6, 3);
    Input place = input(2);
    Node both = concatenate().on(lstm(4).on(series), dense(2, "relu").on(place));
    return new Graph(
        Model.of(List.of(series, place), dense(1).on(dense(3, "tanh").on(both))),
        OutputLoss.of(mse()).metrics("mae"));
  }

  static Graph siameseDifference() {
    Input left = input(5, 3);
    Input right = input(5, 3);
    Layer encoder = gru(4);
    Node a = encoder.on(left);
    Node b = encoder.on(right);
    Node both = concatenate().on(subtract().on(a, b), multiply().on(a, b));
    return new Graph(
        Model.of(List.of(left, right), dense(1, "sigmoid").on(both)),
        OutputLoss.of(binaryCrossentropy()).metrics("accuracy"));
  }

  static Graph siameseCosine() {
    Input left = input(5);
    Input right = input(6);
    Layer embedding = tokens(3);
    Layer encoder = bidirectional(lstm(2));
    Node a = encoder.on(embedding.on(left));
    Node b = encoder.on(embedding.on(right));
    return withMse(List.of(left, right), dense(1).on(dot(1).normalize(true).on(a, b)));
  }

  static Graph residualStack() {
    Input series = input(6, 4);
    Node x = series;
    for (int block = 0; block < 3; block++) {
      Node normalized = layerNormalization().on(x);
      x = add().on(x, conv1D(4, 3).padding("causal").activation("tanh").on(normalized));
    }
    return withMse(List.of(series), dense(1).on(globalAveragePooling1D().on(x)));
  }

  static Graph recurrentResidualMasked() {
    Input text = input(6);
    Node x = tokens(3).on(text);
    Node sum = add().on(x, gru(3).returnSequences(true).on(x));
    Node mean = average().on(sum, lstm(3).returnSequences(true).on(sum));
    return withMse(List.of(text), dense(2).on(mean));
  }

  static Graph batchNormalizationInResidualBranches() {
    Input features = input(4);
    Node x = dense(3).on(features);
    Node sum = add().on(batchNormalization().on(x), x);
    Node both =
        add()
            .on(
                batchNormalization().on(dense(3, "tanh").on(sum)),
                batchNormalization().on(dense(3).on(sum)));
    return withMse(List.of(features), dense(1).on(both));
  }

  static Graph masksThroughConcatenate() {
    Input words = input(5);
    Input tags = input(5);
    Node both = concatenate().on(tokens(3).on(words), tokens(2).on(tags));
    return withMse(List.of(words, tags), dense(1).on(lstm(4).returnSequences(true).on(both)));
  }

  static Graph masksJoinedOverTime() {
    Input first = input(4);
    Input second = input(5);
    Layer embedding = tokens(3);
    Node both = concatenate(1).on(embedding.on(first), embedding.on(second));
    return withMse(List.of(first, second), dense(1).on(gru(4).on(both)));
  }

  static Graph attentionOverTheEncoder() {
    Input source = input(6, 3);
    Input goal = input(4, 2);
    Node encoder = lstm(4).returnSequences(true).returnState(true).on(source);
    Node decoder = lstm(4).returnSequences(true).on(goal, encoder.states());
    Node context = attention().useScale(true).on(decoder, encoder.output());
    return withMse(List.of(source, goal), dense(1).on(concatenate().on(decoder, context)));
  }

  static Graph additiveAttentionOverTheEncoderMasked() {
    Input source = input(Shape.ANY);
    Input goal = input(Shape.ANY);
    Node encoder = gru(4).returnSequences(true).returnState(true).on(tokens(3).on(source));
    Node decoder = gru(4).returnSequences(true).on(tokens(2).on(goal), encoder.states());
    Node context = additiveAttention().on(decoder, encoder.output());
    return new Graph(
        Model.of(List.of(source, goal), dense(4, "softmax").on(concatenate().on(decoder, context))),
        OutputLoss.of(sparseCategoricalCrossentropy()).metrics("accuracy"));
  }

  static Graph causalSelfAttention() {
    Input text = input(6);
    Node x = tokens(4).on(text);
    Node context = multiHeadAttention(2, 3).useCausalMask(true).on(x, x);
    Node normalized = layerNormalization().on(add().on(x, context));
    Node pooled = globalAveragePooling1D().on(normalized);
    return new Graph(
        Model.of(
            text,
            List.of(
                dense(1).name("level").on(pooled),
                dense(5, "softmax").name("next").on(normalized))),
        OutputLoss.of(mse()),
        OutputLoss.of(sparseCategoricalCrossentropy()));
  }

  static Graph crossAttentionMasked() {
    Input source = input(6);
    Input goal = input(5);
    Layer embedding = tokens(4);
    Node memory = bidirectional(gru(2).returnSequences(true)).on(embedding.on(source));
    Node x = embedding.on(goal);
    Node sum = layerNormalization().on(add().on(x, multiHeadAttention(2, 2).on(x, memory)));
    Node last = add().on(sum, dense(4, "relu").on(sum));
    return new Graph(
        Model.of(List.of(source, goal), dense(3, "softmax").on(last)),
        OutputLoss.of(sparseCategoricalCrossentropy()));
  }

  static Graph attentionScoresAsOutput() {
    Input source = input(5, 3);
    Input goal = input(4, 2);
    Node encoder = simpleRnn(3).returnSequences(true).on(source);
    Node decoder = simpleRnn(3).returnSequences(true).on(goal);
    Node context = attention().returnAttentionScores(true).on(decoder, encoder);
    return withMse(
        List.of(source, goal), dense(1).name("value").on(context), context.outputs().get(1));
  }

  static Graph mergedBranches() {
    Input features = input(4);
    Node a = dense(3, "tanh").on(features);
    Node b = dense(3).on(features);
    Node c = dense(3, "sigmoid").on(features);
    Node merged =
        concatenate()
            .on(
                average().on(a, b, c),
                maximum().on(a, b),
                minimum().on(b, c),
                multiply().on(a, b, c));
    return withMse(List.of(features), dense(1).on(merged));
  }

  static Graph valueReadTwiceByOneLayer() {
    Input features = input(4);
    Node x = dense(3, "tanh").activityRegularizer(l2(0.1)).on(features);
    Node square = multiply().on(x, x);
    Node twice = add().on(x, x);
    return withMse(
        List.of(features),
        dense(1).name("a").on(subtract().on(square, twice)),
        dense(2).name("b").on(twice));
  }

  static Graph bidirectionalEncoderForOneDecoder() {
    Input source = input(6);
    Input goal = input(4);
    List<Node> states = bidirectional(lstm(2).returnState(true)).on(tokens(3).on(source)).states();
    Node h = concatenate().on(states.get(0), states.get(2));
    Node c = concatenate().on(states.get(1), states.get(3));
    Node decoder = lstm(4).returnSequences(true).on(tokens(2).on(goal), List.of(h, c));
    return new Graph(
        Model.of(List.of(source, goal), dense(3, "softmax").on(decoder)),
        OutputLoss.of(sparseCategoricalCrossentropy()));
  }

  static Graph directionsApart() {
    Input source = input(5, 3);
    Input goal = input(4, 2);
    Node apart =
        bidirectional(gru(3).returnSequences(true).returnState(true))
            .mergeMode(Bidirectional.MergeMode.NONE)
            .on(source);
    Node both =
        bidirectional(gru(3)).mergeMode(Bidirectional.MergeMode.NONE).on(goal, apart.states());
    Node difference = subtract().on(apart.outputs().subList(0, 2));
    return withMse(
        List.of(source, goal),
        dense(1).name("steps").on(difference),
        dense(2).name("last").on(multiply().on(both.outputs())));
  }

  static Graph constrainedHeads() {
    Input source = input(5, 3);
    Input goal = input(4, 2);
    var heads =
        multiHeadAttention(2, 3)
            .kernelConstraint(Constraints.maxNorm(0.9, 0, 1))
            .biasConstraint(Constraints.nonNeg());
    return withMse(List.of(source, goal), dense(1).on(heads.on(goal, source)));
  }
}
