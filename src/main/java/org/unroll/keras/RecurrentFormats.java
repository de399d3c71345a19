package org.unroll.keras;

import static org.unroll.keras.LayerFormats.channelsLast;
import static org.unroll.keras.LayerFormats.constrained;
import static org.unroll.keras.LayerFormats.layer;
import static org.unroll.keras.LayerFormats.read;
import static org.unroll.keras.LayerFormats.write;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.unroll.layers.Layers;
import org.unroll.layers.recurrent.Bidirectional;
import org.unroll.layers.recurrent.ConvLstm2D;
import org.unroll.layers.recurrent.ConvLstm2DCell;
import org.unroll.layers.recurrent.Gru;
import org.unroll.layers.recurrent.GruCell;
import org.unroll.layers.recurrent.Lstm;
import org.unroll.layers.recurrent.LstmCell;
import org.unroll.layers.recurrent.RecurrentLayer;
import org.unroll.layers.recurrent.Rnn;
import org.unroll.layers.recurrent.SimpleRnn;
import org.unroll.layers.recurrent.SimpleRnnCell;
import org.unroll.layers.recurrent.StackedRnnCells;
import org.unroll.layers.recurrent.UnitsCell;
import org.unroll.layers.recurrent.UnitsLayer;
import org.unroll.network.Cell;
import org.unroll.network.Padding;

/** The formats of the layers and cells of {@link org.unroll.layers.recurrent}. */
final class RecurrentFormats {
  private RecurrentFormats() {}

  /** Returns the formats, one for each layer and each cell. */
  static List<LayerFormat<?>> formats() {
    return List.of(
        recurrent(
            layer(
                "SimpleRNN", SimpleRnn.class, config -> Layers.simpleRnn(config.integer("units"))),
            simpleRnnCell()),
        recurrent(
            layer("LSTM", Lstm.class, config -> Layers.lstm(config.integer("units"))), lstmCell()),
        recurrent(
            // A configuration without reset_after is older than the option, whose value was false
            // then.
            layer(
                "GRU", Gru.class, config -> Layers.gru(config.integer("units")).resetAfter(false)),
            gruCell()),
        recurrent(
            channelsLast(layer("ConvLSTM2D", ConvLstm2D.class, RecurrentFormats::createConvLstm2D)),
            convLstm2DCell()),
        rnn(),
        named(simpleRnnCell()),
        named(lstmCell()),
        named(gruCell()),
        named(convLstm2DCell()),
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
        .refuse("time_major", "the first axis must be the batch.")
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

  /** Creates the format of a layer that also has the arguments of its cell. */
  private static <L extends UnitsLayer<L, C>, C extends UnitsCell<C>> LayerFormat<L> recurrent(
      Format<L> layer, Format<C> cell) {
    return LayerFormat.of(walk(layer).part(L::cell, cell)).inner("cell", L::cell);
  }

  private static <C extends UnitsCell<C>> Format<C> cell(
      String className, Class<C> type, Function<Config, C> create) {
    return constrained(
            layer(className, type, create),
            "kernel_constraint",
            "recurrent_constraint",
            "bias_constraint")
        .activation("activation", C::activation, C::activation)
        .flag("use_bias", C::useBias, C::useBias)
        .initializer("kernel_initializer", C::kernelInitializer, C::kernelInitializer)
        .initializer("recurrent_initializer", C::recurrentInitializer, C::recurrentInitializer)
        .initializer("bias_initializer", C::biasInitializer, C::biasInitializer)
        .regularizer("kernel_regularizer", C::kernelRegularizer, C::kernelRegularizer)
        .regularizer("recurrent_regularizer", C::recurrentRegularizer, C::recurrentRegularizer)
        .regularizer("bias_regularizer", C::biasRegularizer, C::biasRegularizer)
        .number("dropout", C::dropout, C::dropout)
        .number("recurrent_dropout", C::recurrentDropout, C::recurrentDropout)
        .ignore("implementation", "seed");
  }

  private static Format<SimpleRnnCell> simpleRnnCell() {
    return cell(
            "SimpleRNNCell",
            SimpleRnnCell.class,
            config -> Layers.simpleRnnCell(config.integer("units")))
        .integer("units", SimpleRnnCell::units);
  }

  private static Format<LstmCell> lstmCell() {
    return cell("LSTMCell", LstmCell.class, config -> Layers.lstmCell(config.integer("units")))
        .integer("units", LstmCell::units)
        .activation(
            "recurrent_activation", LstmCell::recurrentActivation, LstmCell::recurrentActivation)
        .flag("unit_forget_bias", LstmCell::unitForgetBias, LstmCell::unitForgetBias);
  }

  private static Format<GruCell> gruCell() {
    return cell(
            "GRUCell",
            GruCell.class,
            config -> Layers.gruCell(config.integer("units")).resetAfter(false))
        .integer("units", GruCell::units)
        .activation(
            "recurrent_activation", GruCell::recurrentActivation, GruCell::recurrentActivation)
        .flag("reset_after", GruCell::resetAfter, GruCell::resetAfter);
  }

  /** This cell is private in Keras, so files contain it only as a part of its layer. */
  private static Format<ConvLstm2DCell> convLstm2DCell() {
    return cell("ConvLSTMCell", ConvLstm2DCell.class, RecurrentFormats::noCellAlone)
        .integer("filters", ConvLstm2DCell::units)
        .node("kernel_size", cell -> pair(cell.kernelSize()))
        .node(
            "strides",
            cell -> pair(cell.strides()),
            (cell, node) -> cell.strides(pair("strides", node)[0], pair("strides", node)[1]))
        .node(
            "dilation_rate",
            cell -> pair(cell.dilationRate()),
            (cell, node) ->
                cell.dilationRate(pair("dilation_rate", node)[0], pair("dilation_rate", node)[1]))
        .text(
            "padding",
            cell -> cell.padding().kerasName(),
            (cell, name) -> cell.padding(Padding.of(name)))
        .activation(
            "recurrent_activation",
            ConvLstm2DCell::recurrentActivation,
            ConvLstm2DCell::recurrentActivation)
        .flag("unit_forget_bias", ConvLstm2DCell::unitForgetBias, ConvLstm2DCell::unitForgetBias);
  }

  private static ConvLstm2DCell noCellAlone(Config config) {
    throw new IllegalArgumentException(
        config.owner() + " must be part of a ConvLSTM2D layer, but is a separate object.");
  }

  private static ConvLstm2D createConvLstm2D(Config config) {
    int[] size = pair("kernel_size", config.node("kernel_size"));
    return Layers.convLstm2D(config.integer("filters"), size[0], size[1]);
  }

  private static ArrayNode pair(int[] values) {
    return JsonNodeFactory.instance.arrayNode().add(values[0]).add(values[1]);
  }

  /** Reads a number of rows and a number of columns; a single number is for both. */
  private static int[] pair(String argument, JsonNode node) {
    JsonNode first = node.isArray() ? node.path(0) : node;
    JsonNode second = node.isArray() ? node.path(1) : node;
    if (!first.isInt() || !second.isInt() || (node.isArray() && node.size() != 2)) {
      throw new IllegalArgumentException(
          "The argument '" + argument + "' must be two whole numbers, but was " + node + ".");
    }
    return new int[] {first.intValue(), second.intValue()};
  }

  private static <C extends UnitsCell<C>> LayerFormat<C> named(Format<C> cell) {
    return LayerFormat.of(cell.text("name", C::name, C::name));
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
