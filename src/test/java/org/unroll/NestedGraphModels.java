package org.unroll;

import static org.unroll.GraphModels.tokens;
import static org.unroll.GraphModels.withMse;
import static org.unroll.layers.Layers.add;
import static org.unroll.layers.Layers.batchNormalization;
import static org.unroll.layers.Layers.concatenate;
import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.dot;
import static org.unroll.layers.Layers.dropout;
import static org.unroll.layers.Layers.flatten;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.layers.Layers.l2;
import static org.unroll.layers.Layers.lstm;
import static org.unroll.layers.Layers.multiply;
import static org.unroll.layers.Layers.reshape;
import static org.unroll.layers.Layers.timeDistributed;
import static org.unroll.losses.Losses.mse;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;

import java.util.List;
import org.unroll.GraphModels.Graph;
import org.unroll.data.Shape;
import org.unroll.network.Input;
import org.unroll.network.Layer;
import org.unroll.network.Node;

/** The models of src/test/python/graph_goldens.py with models inside. */
final class NestedGraphModels {
  private NestedGraphModels() {}

  static Graph nestedSiamese() {
    Input text = input(Shape.ANY);
    Node memory = lstm(3).on(tokens(3).on(text));
    Model encoder = Model.of(text, dense(2, "tanh").on(dropout(0).on(memory))).name("encoder");
    Input left = input(Shape.ANY);
    Input right = input(Shape.ANY);
    return withMse(
        List.of(left, right), dense(1).on(dot(1).on(encoder.on(left), encoder.on(right))));
  }

  static Graph nestedTwoInputsTwoOutputs() {
    Input series = input(Shape.ANY, 3);
    Input place = input(4);
    Node steps = gru(4).returnSequences(true).on(series, place);
    Model inner =
        Model.of(List.of(series, place), List.of(dense(3).on(steps), dense(4, "tanh").on(place)))
            .name("inner");
    Input x = input(5, 3);
    Input y = input(2);
    Node one = inner.on(x, dense(4).on(y));
    Node start = one.outputs().get(1);
    Node two = inner.on(one, start);
    Node a = dense(1).name("a").on(add().on(one, two));
    Node b = dense(1).name("b").on(multiply().on(start, two.outputs().get(1)));
    return new Graph(
        Model.of(List.of(x, y), List.of(a, b)),
        OutputLoss.of(mse()).metrics("mae"),
        OutputLoss.of(mse()));
  }

  static Graph nestedThreeDeep() {
    Model block =
        Sequential.of(input(6, 3), conv1D(3, 2).padding("causal").activation("tanh"), dropout(0));
    Input x = input(6, 3);
    Model residual = Model.of(x, add().on(x, block.on(x))).name("residual");
    Model chain = Sequential.of(input(6, 3), dense(3), residual.asLayer(), gru(4)).name("chain");
    Input y = input(6, 3);
    return new Graph(
        Model.of(y, dense(3, "softmax").on(chain.on(residual.on(y)))),
        OutputLoss.of(sparseCategoricalCrossentropy()).metrics("accuracy"));
  }

  static Graph nestedMasks() {
    Input source = input(6);
    Input goal = input(5);
    Input x = input(Shape.ANY, 3);
    Node memory = lstm(4).returnSequences(true).returnState(true).on(x);
    List<Node> states = memory.states();
    Model encoder =
        Model.of(x, List.of(dense(3).on(memory), states.get(0), states.get(1))).name("encoder");
    Layer embedding = tokens(3);
    Node first = encoder.on(embedding.on(source));
    Node second = encoder.on(embedding.on(goal));
    Node decoded = lstm(4).returnSequences(true).on(second, first.outputs().subList(1, 3));
    Node kind = dense(4, "softmax").name("kind").on(decoded);
    return new Graph(
        Model.of(List.of(source, goal), List.of(kind, dense(1).name("level").on(gru(2).on(first)))),
        OutputLoss.of(sparseCategoricalCrossentropy()),
        OutputLoss.of(mse()));
  }

  static Graph nestedBatchNormalization() {
    Input x = input(4);
    Node hidden = dense(3, "tanh").activityRegularizer(l2(0.1)).kernelRegularizer(l2(0.05)).on(x);
    Model inner = Model.of(x, dense(4).on(batchNormalization().on(hidden))).name("inner");
    Input left = input(4);
    Input right = input(4);
    Node a = inner.on(left);
    Node b = inner.on(dense(4).on(right));
    return withMse(
        List.of(left, right),
        dense(1).name("a").on(a),
        dense(2).name("b").on(batchNormalization().on(add().on(a, b))));
  }

  static Graph nestedFrozenAndShared() {
    Input x = input(Shape.ANY, 3);
    Layer shared = dense(3, "tanh").name("shared");
    Node first = shared.on(dense(3).name("first").on(x));
    Model frozen = Model.of(x, gru(3).returnSequences(true).on(first)).name("frozen");
    frozen.trainable(false);
    shared.trainable(true);
    Input y = input(5, 3);
    Node z = frozen.on(shared.on(dense(3).name("before").on(y)));
    return withMse(List.of(y), dense(1).name("after").on(lstm(2).on(z)));
  }

  static Graph nestedStateful() {
    Input x = input(5, 3).batchSize(4);
    Model inner = Model.of(x, gru(3).returnSequences(true).stateful(true).on(x)).name("inner");
    Input y = input(5, 3).batchSize(4);
    Node z = inner.on(dense(3).on(inner.on(y)));
    return withMse(List.of(y), dense(1).on(lstm(2).stateful(true).on(z)));
  }

  static Graph timeDistributedModels() {
    Input frame = input(2, 3);
    Node x = conv1D(3, 2).padding("same").activation("tanh").kernelRegularizer(l2(0.05)).on(frame);
    Model cnn = Model.of(frame, dense(4).on(flatten().on(add().on(x, frame)))).name("cnn");
    Input y = input(4);
    Model frozen = Model.of(y, dense(4).on(batchNormalization().on(y))).name("frozen");
    frozen.trainable(false);
    Input video = input(8, 3);
    Input other = input(2, 4);
    Layer each = timeDistributed(cnn.asLayer());
    Node first = each.on(reshape(4, 2, 3).on(video));
    Node second = each.on(reshape(4, 2, 3).on(conv1D(3, 3).padding("same").on(video)));
    Node third = timeDistributed(frozen.asLayer()).on(other);
    return withMse(
        List.of(video, other),
        dense(1).on(concatenate().on(gru(3).on(add().on(first, second)), lstm(2).on(third))));
  }
}
