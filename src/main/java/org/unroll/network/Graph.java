package org.unroll.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.unroll.data.Shape;

/**
 * How the layers of a network are connected: the steps in an order in which each follows those that
 * compute its inputs, and the layers in Keras's order, which is also that of the weights.
 *
 * @param inputs the inputs of the network
 * @param layers the layers, each once
 * @param steps the applications of the layers
 * @param outputs the numbers of the values that are outputs of the network, see {@link Step}
 */
record Graph(List<Input> inputs, List<Layer> layers, List<Step> steps, List<Integer> outputs) {

  /**
   * Returns a chain of layers.
   *
   * @param stack an {@link Input} and at least one layer
   * @throws IllegalArgumentException if the stack is not of this form
   */
  static Graph chain(List<Layer> stack) {
    if (stack.size() < 2 || !(stack.get(0) instanceof Input first)) {
      throw new IllegalArgumentException(
          "A model must consist of input(...) followed by at least one layer, but was "
              + types(stack));
    }
    List<Layer> layers = List.copyOf(stack.subList(1, stack.size()));
    for (Layer layer : layers) {
      if (layer instanceof Input) {
        throw new IllegalArgumentException(
            "A model must have only one input(...), before all other layers, but was "
                + types(stack));
      }
      requireNoCell(layer);
      if (layer instanceof ModelLayer model) {
        model.requireOneInputAndOutput();
      }
    }
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      // What a layer returns in addition to its output is not a value of a chain.
      steps.add(new Step(layers.get(i), i, 0, List.of(i), i + 1, 1));
    }
    return new Graph(List.of(first), layers, List.copyOf(steps), List.of(layers.size()));
  }

  private static String types(List<Layer> stack) {
    return stack.stream().map(Layer::type).toList() + ".";
  }

  private static void requireNoCell(Layer layer) {
    if (layer instanceof Cell cell) {
      throw new IllegalArgumentException(cell.isOneStep());
    }
  }

  /**
   * Returns the graph between inputs and outputs.
   *
   * @param layers the layers in the order of their weights; null for Keras's order
   * @throws IllegalArgumentException if an output depends on another input, an input is given
   *     twice, or there is no output
   */
  static Graph between(List<Input> inputs, List<Node> outputs, List<Layer> layers) {
    if (outputs.isEmpty() || inputs.isEmpty()) {
      throw new IllegalArgumentException(
          "A model must have at least one input and one output, but has "
              + inputs.size()
              + " and "
              + outputs.size()
              + ".");
    }
    return new Order(inputs).graph(outputs, layers);
  }

  /** The maximum number of steps, which models that contain each other several times multiply. */
  private static final int MOST_STEPS = 100_000;

  /**
   * A graph with and without models inside.
   *
   * @param top the graph in which inner models are layers
   * @param graph the graph in which their layers are layers instead
   * @param values for each value of the first graph, its number in the second
   * @param models the applications of inner models, with numbers of values of the second graph
   */
  record Flat(Graph top, Graph graph, List<Integer> values, List<Step> models) {
    /**
     * Returns the shape of each value of the graph without models.
     *
     * @param samples the shapes of the inputs
     * @param name the name of the model for the message of an exception; null for the outermost
     * @throws IllegalArgumentException if a layer does not accept its inputs
     */
    Shape[] shapes(List<Shape> samples, String name) {
      Layer[] sources = graph.sources();
      Shape[] shapes = Arrays.copyOf(samples.toArray(new Shape[0]), sources.length);
      Layer current = null;
      try {
        for (Step step : graph.steps) {
          current = step.layer();
          List<Shape> in = each(step.inputs(), shapes);
          List<Layer> from = each(step.inputs(), sources);
          // In a chain, a layer has one output.
          List<Shape> out =
              in.size() == 1 && step.outputs() == 1
                  ? List.of(current.checkInput(in.get(0), from.get(0)))
                  : current.checkInputs(in, from);
          for (int i = 0; i < step.outputs(); i++) {
            shapes[step.firstOutput() + i] = out.get(i);
          }
        }
        for (Step step : models) {
          current = step.layer();
          ((ModelLayer) current)
              .requireInputs(each(step.inputs(), shapes), each(step.inputs(), sources));
        }
        return shapes;
      } catch (IllegalArgumentException e) {
        String path = (name == null ? "" : name + "/") + paths().get(current);
        int end = path.lastIndexOf('/');
        throw end < 0
            ? e
            : new IllegalArgumentException(
                "Inside '" + path.substring(0, end) + "': " + e.getMessage(), e);
      }
    }

    /** Returns the names of all layers, inner ones with the models around them: {@code a/lstm}. */
    Map<Layer, String> paths() {
      IdentityHashMap<Layer, String> paths = new IdentityHashMap<>();
      top.addPaths("", paths);
      return paths;
    }
  }

  private void addPaths(String prefix, Map<Layer, String> paths) {
    for (Layer layer : layers) {
      String path = prefix + layer.displayName();
      paths.putIfAbsent(layer, path);
      if (layer instanceof ModelLayer model) {
        model.graph().addPaths(path + "/", paths);
      }
    }
  }

  /**
   * Puts the steps of inner models in the place of the steps that apply these models.
   *
   * @throws IllegalArgumentException if there are too many steps
   */
  Flat flat() {
    Set<Layer> all = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Layer> flatLayers = new ArrayList<>();
    for (Layer layer : layers) {
      boolean isModel = layer instanceof ModelLayer;
      List<Layer> own = isModel ? ((ModelLayer) layer).flat().graph.layers : List.of(layer);
      own.stream().filter(all::add).forEach(flatLayers::add);
    }
    return new Flattening(flatLayers).flat(this);
  }

  /** The steps of the graph without inner models. */
  private static final class Flattening {
    private final List<Layer> layers;
    private final IdentityHashMap<Layer, Integer> indices = new IdentityHashMap<>();
    private final IdentityHashMap<Layer, Integer> applications = new IdentityHashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private final List<Step> models = new ArrayList<>();
    private int count; // of values

    Flattening(List<Layer> layers) {
      this.layers = layers;
      layers.forEach(layer -> indices.put(layer, indices.size()));
    }

    Flat flat(Graph top) {
      List<Integer> values = new ArrayList<>();
      top.inputs.forEach(input -> values.add(count++));
      for (Step step : top.steps) {
        List<Integer> from = step.inputs().stream().map(values::get).toList();
        if (!(step.layer() instanceof ModelLayer model)) {
          values.addAll(add(step, from));
          continue;
        }
        models.add(new Step(model, 0, step.application(), from, 0, 0));
        Flat inner = model.flat();
        List<Integer> innerValues = new ArrayList<>(from);
        inner.graph.steps.forEach(
            each ->
                innerValues.addAll(
                    add(each, each.inputs().stream().map(innerValues::get).toList())));
        for (Step each : inner.models) {
          List<Integer> given = each.inputs().stream().map(innerValues::get).toList();
          models.add(new Step(each.layer(), 0, each.application(), given, 0, 0));
        }
        inner.graph.outputs.forEach(output -> values.add(innerValues.get(output)));
      }
      List<Integer> outputs = top.outputs.stream().map(values::get).toList();
      var graph = new Graph(top.inputs, layers, List.copyOf(steps), outputs);
      return new Flat(top, graph, values, List.copyOf(models));
    }

    /** Adds a step and returns the numbers of its outputs. */
    private List<Integer> add(Step step, List<Integer> inputs) {
      if (steps.size() == MOST_STEPS) {
        throw new IllegalArgumentException(
            "A model must apply its layers and those of inner models at most "
                + MOST_STEPS
                + " times, but applies them more often. Apply the inner models less often.");
      }
      Layer layer = step.layer();
      int application = applications.merge(layer, 1, Integer::sum) - 1;
      int first = count;
      count += step.outputs();
      steps.add(new Step(layer, indices.get(layer), application, inputs, first, step.outputs()));
      return IntStream.range(first, count).boxed().toList();
    }
  }

  /** Builds the inputs and the inner models, whose layers are built. */
  void buildModels(WeightSource source) {
    for (Input input : inputs) {
      if (!input.isBuilt()) {
        input.build(input.shape(), input, 0, source);
      }
    }
    for (Layer layer : layers) {
      if (layer instanceof ModelLayer model && !model.isBuilt()) {
        model.graph().buildModels(source);
        List<Input> own = model.graph().inputs();
        model.build(own.stream().map(Input::shape).toList(), List.<Layer>copyOf(own), 0, source);
      }
    }
  }

  static <T> List<T> each(List<Integer> values, T[] all) {
    return values.size() == 1
        ? List.of(all[values.get(0)])
        : values.stream().map(value -> all[value]).toList();
  }

  /** Returns the number of values. */
  int values() {
    return inputs.size() + steps.stream().mapToInt(Step::outputs).sum();
  }

  /** Returns for each value how many steps and outputs of the network read it. */
  int[] readers() {
    int[] readers = new int[values()];
    steps.forEach(step -> step.inputs().forEach(value -> readers[value]++));
    outputs.forEach(value -> readers[value]++);
    return readers;
  }

  /** Returns the layer that returns each value. */
  Layer[] sources() {
    Layer[] sources = Arrays.copyOf(inputs.toArray(new Layer[0]), values());
    for (Step step : steps) {
      Arrays.fill(sources, step.firstOutput(), step.firstOutput() + step.outputs(), step.layer());
    }
    return sources;
  }

  /** Finds the steps between inputs and outputs. */
  private static final class Order {
    private final IdentityHashMap<Node, Integer> values = new IdentityHashMap<>();
    private final List<Input> inputs;
    private final IdentityHashMap<Application, Boolean> finished = new IdentityHashMap<>();
    private final List<Application> order = new ArrayList<>();

    Order(List<Input> inputs) {
      this.inputs = inputs;
      for (Input input : inputs) {
        if (values.put(input, values.size()) != null) {
          throw new IllegalArgumentException(
              "The inputs of a model must differ, but " + input.describe() + " is given twice.");
        }
      }
    }

    Graph graph(List<Node> outputs, List<Layer> given) {
      for (Node output : outputs) {
        visit(output);
      }
      order.sort(Comparator.comparing(Application::number)); // as Keras counts them
      List<Layer> layers = order.stream().map(Application::layer).distinct().toList();
      layers.forEach(Graph::requireNoCell);
      IdentityHashMap<Layer, Integer> indices = new IdentityHashMap<>();
      layers.forEach(layer -> indices.put(layer, indices.size()));
      int[] applications = new int[layers.size()];
      List<Step> steps = new ArrayList<>();
      List<Integer> ranks = new ArrayList<>();
      inputs.forEach(input -> ranks.add(input.shape().rank()));
      for (Application application : order) {
        int layer = indices.get(application.layer());
        List<Integer> from = application.inputs().stream().map(values::get).toList();
        int count = application.outputs().size();
        steps.add(
            new Step(
                application.layer(), layer, applications[layer]++, from, values.size(), count));
        for (Node node : application.outputs()) {
          values.put(node, values.size());
          ranks.add(node.shape().rank());
        }
      }
      List<Integer> returned = outputs.stream().map(values::get).toList();
      return new Graph(List.copyOf(inputs), layers, steps, returned).inKerasOrder(ranks, given);
    }

    /** Adds the applications that a node depends on, each after those it depends on itself. */
    private void visit(Node output) {
      Deque<Application> open = new ArrayDeque<>();
      enter(output, null, open);
      while (!open.isEmpty()) {
        Application top = open.peek();
        int before = open.size();
        for (Node input : top.inputs()) {
          enter(input, top, open);
          if (open.size() > before) {
            break;
          }
        }
        if (open.size() == before) {
          finished.put(open.pop(), true);
          order.add(top);
        }
      }
    }

    /** Puts the application that returned a node on the stack, unless it is done. */
    private void enter(Node node, Application reader, Deque<Application> open) {
      Application application = Application.of(node);
      if (application == null) {
        if (!values.containsKey(node)) {
          throw new IllegalArgumentException(
              "Every output must depend on the inputs "
                  + inputs.stream().map(Layer::displayName).toList()
                  + " only, but "
                  + (reader == null ? "an output is" : reader.layer().describe() + " reads")
                  + " "
                  + node.layer().describe()
                  + ". Add it to the inputs of the model.");
        }
      } else if (!finished.containsKey(application)) {
        open.push(application);
      }
    }
  }

  /**
   * Returns the same graph with steps and layers in Keras's order.
   *
   * @param ranks the number of axes of one sample of each value
   * @param given the layers in another order, or null
   */
  private Graph inKerasOrder(List<Integer> ranks, List<Layer> given) {
    var keras = new KerasOrder(this, ranks.stream().mapToInt(rank -> rank).toArray());
    List<Layer> ordered = given == null ? keras.layers() : List.copyOf(given);
    IdentityHashMap<Layer, Integer> indices = new IdentityHashMap<>();
    ordered.forEach(layer -> indices.put(layer, indices.size()));
    int[] numbers = IntStream.range(0, ranks.size()).toArray(); // those of the inputs remain
    int next = inputs.size();
    List<Step> moved = new ArrayList<>();
    for (Step step : keras.steps()) {
      List<Integer> from = step.inputs().stream().map(value -> numbers[value]).toList();
      int index = indices.get(step.layer());
      moved.add(new Step(step.layer(), index, step.application(), from, next, step.outputs()));
      for (int i = 0; i < step.outputs(); i++) {
        numbers[step.firstOutput() + i] = next++;
      }
    }
    return new Graph(
        inputs, ordered, List.copyOf(moved), outputs.stream().map(v -> numbers[v]).toList());
  }
}
