package org.unroll;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.unroll.TruncatedBackpropagationTest.quiet;
import static org.unroll.TruncatedBackpropagationTest.samples;
import static org.unroll.layers.Layers.attention;
import static org.unroll.layers.Layers.bidirectional;
import static org.unroll.layers.Layers.conv1D;
import static org.unroll.layers.Layers.dense;
import static org.unroll.layers.Layers.embedding;
import static org.unroll.layers.Layers.globalAveragePooling1D;
import static org.unroll.layers.Layers.gru;
import static org.unroll.layers.Layers.input;
import static org.unroll.losses.Losses.ctc;
import static org.unroll.losses.Losses.dice;
import static org.unroll.losses.Losses.mse;
import static org.unroll.losses.Losses.sparseCategoricalCrossentropy;
import static org.unroll.optimizers.Optimizers.sgd;
import static org.unroll.training.FitOptions.epochs;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.unroll.callbacks.Callback;
import org.unroll.callbacks.TrainingContext;
import org.unroll.data.Dataset;
import org.unroll.data.Samples;
import org.unroll.losses.Loss;
import org.unroll.network.Layer;
import org.unroll.training.FitOptions;
import org.unroll.training.NonFiniteLossException;

/** The messages for models and data that cannot be trained on stretches of time steps. */
class TruncatedBackpropagationErrorsTest {
  @Test
  void infiniteLossNamesTheTimeSteps() {
    Sequential model = Sequential.of(input(8, 1), gru(2).returnSequences(true), dense(1));
    model.compile(sgd(), mse());
    Dataset samples = samples(3, 8, 1);
    float[] bias = model.layer("dense").weight("bias").values();
    Callback spoiling =
        new Callback() {
          @Override
          public void onTrainBatchBegin(TrainingContext training, int batch) {
            bias[0] = Float.POSITIVE_INFINITY;
          }
        };
    String message =
        assertThrows(
                NonFiniteLossException.class,
                () -> model.fit(samples, quiet(1).truncatedBackpropagation(3).callbacks(spoiling)))
            .getMessage();
    assertTrue(message.contains("in epoch 1, batch 1, time steps 0 to 2. "), message);
    assertTrue(message.contains("The weights are as before this stretch; "), message);
  }

  @Test
  void invalidTargetNamesItsTimeStep() {
    int[][] x = new int[2][10];
    int[][] y = new int[2][10];
    y[1][7] = 9;
    Sequential model =
        Sequential.of(
            input(10), embedding(4, 2), gru(2).returnSequences(true), dense(4, "softmax"));
    model.compile(sgd(), sparseCategoricalCrossentropy());
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    model.fit(
                        Samples.of(x).targets(y),
                        quiet(1).hints(false).truncatedBackpropagation(3)))
            .getMessage();
    assertTrue(message.contains("in sample 1, time step 7."), message);
  }

  private static String refused(Model model, Loss loss, Dataset data) {
    model.compile(sgd(), loss);
    FitOptions options = quiet(1).truncatedBackpropagation(3);
    return assertThrows(IllegalArgumentException.class, () -> model.fit(data, options))
        .getMessage();
  }

  private static String refused(Layer... layers) {
    return refused(Sequential.of(layers), mse(), samples(2, 8, 2));
  }

  @Test
  void refusesLayersThatNeedTheWholeSequence() {
    String end =
        " needs the whole sequence, so this model cannot be trained with"
            + " truncatedBackpropagation(…). Remove this option, or build a model without it.";
    assertEquals(
        "Bidirectional 'both'" + end,
        refused(input(8, 2), bidirectional(gru(2).returnSequences(true)).name("both"), dense(1)));
    assertEquals(
        "GRU 'gru'" + end,
        refused(input(8, 2), gru(2).returnSequences(true).goBackwards(true), dense(1)));
    assertEquals(
        "Conv1D 'conv1d'" + end,
        refused(input(8, 2), conv1D(2, 3).padding("same"), gru(2).returnSequences(true), dense(1)));
    var x = input(8, 2);
    var hidden = gru(2).returnSequences(true).on(x);
    Model attending = Model.of(x, dense(1).on(attention().on(hidden, hidden)));
    String message = refused(attending, mse(), samples(2, 8, 2));
    assertTrue(message.startsWith("Attention 'attention' needs the whole sequence"), message);
  }

  @Test
  void refusesOtherModels() {
    Samples one = Samples.of(new double[2][8][2]).targets(new double[2]);
    String message = refused(Sequential.of(input(8, 2), gru(2), dense(1)), mse(), one);
    assertEquals(
        "A model must return an output for each time step to be trained with"
            + " truncatedBackpropagation(…), but Dense 'dense' returns one for the whole sequence."
            + " Set returnSequences(true) on the last recurrent layer and give a target for each"
            + " time step, or remove this option.",
        message);
    message =
        refused(
            Sequential.of(
                input(8, 2), gru(2).returnSequences(true), globalAveragePooling1D(), dense(1)),
            mse(),
            one);
    assertTrue(message.startsWith("GlobalAveragePooling1D 'global_average"), message);
    assertTrue(refused(input(8, 2), dense(1)).startsWith("A model must have a recurrent layer"));
    message =
        refused(
            Sequential.of(
                input(8, 2).batchSize(2), gru(2).returnSequences(true).stateful(true), dense(1)),
            mse(),
            samples(2, 8, 2).batchSize(2));
    assertTrue(message.contains("no layer must be stateful, but GRU 'gru' is."), message);
    var x = input(8, 2);
    var shared = gru(2).returnSequences(true);
    message = refused(Model.of(x, dense(1).on(shared.on(shared.on(x)))), mse(), samples(2, 8, 2));
    assertTrue(message.startsWith("GRU 'gru' is applied more than once"), message);
    var a = input(8, 2);
    var encoder = gru(2).returnSequences(true).returnState(true).on(a);
    var decoder = gru(2).returnSequences(true).on(encoder.output(), encoder.states());
    message = refused(Model.of(a, dense(1).on(decoder)), mse(), samples(2, 8, 2));
    assertTrue(message.contains("cannot be trained with truncatedBackprop"), message);
    var longer = input(8, 2);
    var shorter = input(6, 2);
    var both =
        Model.of(
            List.of(longer, shorter),
            List.of(
                dense(1).on(gru(2).returnSequences(true).on(longer)),
                dense(1).on(gru(2).returnSequences(true).on(shorter))));
    message =
        refused(
            both,
            mse(),
            Samples.of(List.of(new double[2][8][2], new double[2][6][2]))
                .targets(List.of(new double[2][8], new double[2][6])));
    assertTrue(message.contains("shapes [(8, 2), (6, 2)]"), message);
  }

  @Test
  void refusesLossesOfBatchesAndSequences() {
    String message =
        refused(
            Sequential.of(input(8, 2), gru(2).returnSequences(true), dense(1, "sigmoid")),
            dice(),
            samples(2, 8, 2));
    assertTrue(message.contains("dice is computed from whole batches"), message);
    Samples labels = Samples.of(new double[2][8][2]).targets(new int[][] {{1, 2}, {2, 1}});
    message =
        refused(Sequential.of(input(8, 2), gru(2).returnSequences(true), dense(3)), ctc(), labels);
    assertTrue(message.contains("ctc is computed from whole sequences"), message);
    assertEquals(
        "truncatedBackpropagation must be at least 1, but was 0.",
        assertThrows(IllegalArgumentException.class, () -> epochs(1).truncatedBackpropagation(0))
            .getMessage());
  }
}
