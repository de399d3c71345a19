package org.unroll.keras;

import static org.unroll.keras.LayerFormats.channelsLast;
import static org.unroll.keras.LayerFormats.layer;
import static org.unroll.keras.LayerFormats.pair;
import static org.unroll.keras.LayerFormats.read;
import static org.unroll.keras.LayerFormats.single;
import static org.unroll.keras.LayerFormats.withWeights;
import static org.unroll.keras.LayerFormats.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import org.unroll.layers.Layers;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.layers.recurrent.ConvLstm1D;
import org.unroll.layers.recurrent.ConvLstm1DCell;
import org.unroll.layers.recurrent.ConvLstm1DOptions;
import org.unroll.layers.recurrent.ConvLstm2D;
import org.unroll.layers.recurrent.ConvLstm2DCell;
import org.unroll.layers.recurrent.ConvLstm2DOptions;
import org.unroll.layers.recurrent.GatedOptions;
import org.unroll.layers.recurrent.Gru;
import org.unroll.layers.recurrent.GruCell;
import org.unroll.layers.recurrent.GruOptions;
import org.unroll.layers.recurrent.Lstm;
import org.unroll.layers.recurrent.LstmCell;
import org.unroll.layers.recurrent.LstmOptions;
import org.unroll.layers.recurrent.LstmVariantCell;
import org.unroll.layers.recurrent.MinimalGatedUnitCell;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.layers.recurrent.RecurrentOptions;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.SimpleRnn;
import org.unroll.layers.recurrent.SimpleRnnCell;
import org.unroll.layers.recurrent.StackedRnnCells;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.layers.recurrent.UnitsLayer;
import org.unroll.network.Cell;

/** The formats of the layers and cells of {@link org.unroll.layers.recurrent}. */
final class RecurrentFormats {
  private RecurrentFormats() {}

  /** Returns the formats, one for each layer and each cell. */
  static List<LayerFormat<?>> formats() {
    return List.of(
        recurrent(
            units(
                layer(
                    "SimpleRNN",
                    SimpleRnn.class,
                    config -> Layers.simpleRnn(config.integer("units"))),
                "units")),
        recurrent(
            lstm(
                layer("LSTM", Lstm.class, config -> Layers.lstm(config.integer("units"))),
                "units")),
        recurrent(
            // A configuration without reset_after is older than the option, whose value was false
            // then.
            gru(
                layer(
                    "GRU",
                    Gru.class,
                    config -> Layers.gru(config.integer("units")).resetAfter(false)))),
        recurrent(
            convLstm1D(
                channelsLast(
                    layer(
                        "ConvLSTM1D",
                        ConvLstm1D.class,
                        config ->
                            Layers.convLstm1D(
                                config.integer("filters"), single(config, "kernel_size")))))),
        recurrent(
            convLstm2D(
                channelsLast(
                    layer("ConvLSTM2D", ConvLstm2D.class, RecurrentFormats::createConvLstm2D)))),
        rnn(),
        cell(
            units(
                layer(
                    "SimpleRNNCell",
                    SimpleRnnCell.class,
                    config -> Layers.simpleRnnCell(config.integer("units"))),
                "units")),
        cell(
            lstm(
                layer(
                    "LSTMCell", LstmCell.class, config -> Layers.lstmCell(config.integer("units"))),
                "units")),
        cell(
            gru(
                layer(
                    "GRUCell",
                    GruCell.class,
                    config -> Layers.gruCell(config.integer("units")).resetAfter(false)))),
        // These cells are private in Keras, so files contain them only as a part of their layers.
        cell(
            convLstm1D(
                layer(
                    "ConvLSTMCell", ConvLstm1DCell.class, RecurrentFormats::refuseConvLstm1DCell))),
        cell(
            convLstm2D(
                layer(
                    "ConvLSTMCell", ConvLstm2DCell.class, RecurrentFormats::refuseConvLstm2DCell))),
        cell(
            lstm(
                    Format.own(
                        "LSTMVariantCell",
                        LstmVariantCell.class,
                        config -> Layers.lstmVariantCell(config.integer("units"))),
                    "units")
                .flag("input_gate", LstmVariantCell::inputGate, LstmVariantCell::inputGate)
                .flag("forget_gate", LstmVariantCell::forgetGate, LstmVariantCell::forgetGate)
                .flag("output_gate", LstmVariantCell::outputGate, LstmVariantCell::outputGate)
                .flag("coupled_gates", LstmVariantCell::coupledGates, LstmVariantCell::coupledGates)
                .flag("peepholes", LstmVariantCell::peepholes, LstmVariantCell::peepholes)
                .initializer(
                    "peephole_initializer",
                    LstmVariantCell::peepholeInitializer,
                    LstmVariantCell::peepholeInitializer)
                .activation(
                    "cell_activation",
                    LstmVariantCell::cellActivation,
                    LstmVariantCell::cellActivation)),
        cell(
            gated(
                Format.own(
                    "MGUCell",
                    MinimalGatedUnitCell.class,
                    config -> Layers.minimalGatedUnitCell(config.integer("units"))),
                "units")),
        stackedRnnCells(),
        bidirectional());
  }

  /** Adds the arguments of all layers that run a cell through time. */
  private static <L extends RecurrentLayer<L>> Format<L> walk(Format<L> format) {
    return format
        .text("name", L::name, L::name)
        .flag("return_sequences", L::returnSequences, L::returnSequences)
        .flag("go_backwards", L::goBackwards, L::goBackwards)
        .flag("zero_output_for_mask", L::zeroOutputForMask, L::zeroOutputForMask)
        .flag("stateful", L::stateful, L::stateful)
        .flag("return_state", L::returnState, L::returnState)
        .refuseFlag("time_major", "the first axis must be the batch.")
        // They choose how Keras computes, not what. (Keras 3.15 on TensorFlow forgets to reverse
        // the
        // mask of an unrolled backward layer that zeroes masked steps; on JAX it does not.)
        .ignore("unroll", "use_cudnn");
  }

  private static LayerFormat<Rnn> rnn() {
    return LayerFormat.of(
            walk(layer("RNN", Rnn.class, config -> Layers.rnn(cell(config, config.node("cell")))))
                .node("cell", layer -> write(layer.cell())))
        .inner("cell", Rnn::cell);
  }

  private static Cell cell(Config config, JsonNode node) {
    if (read(node) instanceof Cell cell) {
      return cell;
    }
    throw config.wrong("cell", "a cell", node);
  }

  private static LayerFormat<StackedRnnCells> stackedRnnCells() {
    return LayerFormat.of(
            layer("StackedRNNCells", StackedRnnCells.class, RecurrentFormats::createStack)
                .text("name", StackedRnnCells::name, StackedRnnCells::name)
                .node("cells", RecurrentFormats::writeCells))
        .innerList("cells", StackedRnnCells::cells);
  }

  private static StackedRnnCells createStack(Config config) {
    List<Cell> cells = new ArrayList<>();
    for (JsonNode node : config.node("cells")) {
      cells.add(cell(config, node));
    }
    return Layers.stackedRnnCells(cells.toArray(new Cell[0]));
  }

  private static ArrayNode writeCells(StackedRnnCells stack) {
    ArrayNode cells = JsonNodeFactory.instance.arrayNode();
    stack.cells().forEach(cell -> cells.add(write(cell)));
    return cells;
  }

  private static <L extends UnitsLayer<L, ?>> LayerFormat<L> recurrent(Format<L> layer) {
    return LayerFormat.of(walk(withWeights(layer))).inner("cell", L::cell);
  }

  private static <C extends UnitsCell<C>> LayerFormat<C> cell(Format<C> cell) {
    return LayerFormat.of(withWeights(cell).text("name", C::name, C::name));
  }

  /**
   * Adds the arguments that all recurrent layers and cells with units have.
   *
   * @param unitsName Keras's name of the number of units
   */
  private static <T extends RecurrentOptions<T>> Format<T> units(
      Format<T> format, String unitsName) {
    return format
        .integer(unitsName, T::units)
        .activation("activation", T::activation, T::activation)
        .flag("use_bias", T::useBias, T::useBias)
        .initializer("kernel_initializer", T::kernelInitializer, T::kernelInitializer)
        .initializer("recurrent_initializer", T::recurrentInitializer, T::recurrentInitializer)
        .initializer("bias_initializer", T::biasInitializer, T::biasInitializer)
        .regularizer("kernel_regularizer", T::kernelRegularizer, T::kernelRegularizer)
        .regularizer("recurrent_regularizer", T::recurrentRegularizer, T::recurrentRegularizer)
        .regularizer("bias_regularizer", T::biasRegularizer, T::biasRegularizer)
        .constraint("kernel_constraint", T::kernelConstraint, T::kernelConstraint)
        .constraint("recurrent_constraint", T::recurrentConstraint, T::recurrentConstraint)
        .constraint("bias_constraint", T::biasConstraint, T::biasConstraint)
        .number("dropout", T::dropout, T::dropout)
        .number("recurrent_dropout", T::recurrentDropout, T::recurrentDropout)
        .ignore("implementation", "seed");
  }

  private static <T extends GatedOptions<T>> Format<T> gated(Format<T> format, String unitsName) {
    return units(format, unitsName)
        .activation("recurrent_activation", T::recurrentActivation, T::recurrentActivation);
  }

  private static <T extends LstmOptions<T>> Format<T> lstm(Format<T> format, String unitsName) {
    return gated(format, unitsName).flag("unit_forget_bias", T::unitForgetBias, T::unitForgetBias);
  }

  private static <T extends GruOptions<T>> Format<T> gru(Format<T> format) {
    return gated(format, "units").flag("reset_after", T::resetAfter, T::resetAfter);
  }

  private static <T extends ConvLstm1DOptions<T>> Format<T> convLstm1D(Format<T> format) {
    return lstm(format, "filters")
        .node("kernel_size", layer -> single(layer.kernelSize()))
        .node(
            "strides",
            layer -> single(layer.strides()),
            (layer, node) -> layer.strides(number("strides", node)))
        .node(
            "dilation_rate",
            layer -> single(layer.dilationRate()),
            (layer, node) -> layer.dilationRate(number("dilation_rate", node)))
        .text("padding", layer -> layer.padding().kerasName(), T::padding);
  }

  private static int number(String argument, JsonNode node) {
    return LayerFormats.single("The recurrent layer", argument, node);
  }

  private static <T extends ConvLstm2DOptions<T>> Format<T> convLstm2D(Format<T> format) {
    return lstm(format, "filters")
        .node("kernel_size", layer -> pair(layer.kernelSize()))
        .node(
            "strides",
            layer -> pair(layer.strides()),
            (layer, node) -> pair("strides", node, layer::strides))
        .node(
            "dilation_rate",
            layer -> pair(layer.dilationRate()),
            (layer, node) -> pair("dilation_rate", node, layer::dilationRate))
        .text("padding", layer -> layer.padding().kerasName(), T::padding);
  }

  private static ConvLstm1DCell refuseConvLstm1DCell(Config config) {
    throw separateCell(config);
  }

  private static ConvLstm2DCell refuseConvLstm2DCell(Config config) {
    throw separateCell(config);
  }

  private static IllegalArgumentException separateCell(Config config) {
    return new IllegalArgumentException(
        config.owner() + " must be part of a layer such as ConvLSTM2D, but is a separate object.");
  }

  private static ConvLstm2D createConvLstm2D(Config config) {
    int filters = config.integer("filters");
    return pair(
        "kernel_size",
        config.node("kernel_size"),
        (rows, columns) -> Layers.convLstm2D(filters, rows, columns));
  }

  private static LayerFormat<Bidirectional> bidirectional() {
    return LayerFormat.of(
            layer("Bidirectional", Bidirectional.class, RecurrentFormats::createBidirectional)
                .text("name", Bidirectional::name, Bidirectional::name)
                .node("merge_mode", RecurrentFormats::mergeMode)
                .node("layer", both -> write(both.forwardLayer()))
                .node("backward_layer", both -> write(both.backwardLayer())))
        .inner("forward_layer", Bidirectional::forwardLayer)
        .inner("backward_layer", Bidirectional::backwardLayer);
  }

  private static Bidirectional createBidirectional(Config config) {
    Bidirectional both = Layers.bidirectional(recurrentInside(config, "layer"));
    if (config.isNull("merge_mode")) {
      both.mergeMode(Bidirectional.MergeMode.NONE);
    } else if (config.has("merge_mode")) {
      both.mergeMode(Bidirectional.MergeMode.of(config.text("merge_mode")));
    }
    return config.has("backward_layer")
        ? both.backwardLayer(recurrentInside(config, "backward_layer"))
        : both;
  }

  private static JsonNode mergeMode(Bidirectional both) {
    return both.mergeMode() == Bidirectional.MergeMode.NONE
        ? JsonNodeFactory.instance.nullNode()
        : Format.lowerCase(both.mergeMode());
  }

  private static RecurrentLayer<?> recurrentInside(Config config, String argument) {
    if (read(config.node(argument)) instanceof RecurrentLayer<?> recurrent) {
      return recurrent;
    }
    throw config.wrong(argument, "a recurrent layer", config.node(argument));
  }
}
