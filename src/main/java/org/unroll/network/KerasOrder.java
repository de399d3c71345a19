package org.unroll.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Keras's order of layers, which is that of their weights, and of steps, which is that of their
 * computation: by their distance from the outputs, those with equal distance in the order of a
 * depth-first search. The operations that compute masks count. See {@code map_graph} of Keras 3.15.
 */
final class KerasOrder {
  private final Graph graph;

  /** The steps or operations that each step, then each operation on masks reads. */
  private final List<List<Integer>> parents = new ArrayList<>();

  /** The layer or operation of each step, then of each operation on masks. */
  private final int[] owners;

  private final int[] found; // the order in which the search finds each owner
  private final int[] layerDepths; // and those of operations
  private final int[] depths;
  private final int[] ranks; // in the order in which depths are set

  /**
   * Finds the order.
   *
   * @param graph a graph whose steps and layers are in any order that can be computed
   * @param shapes the number of axes of one sample of each value
   */
  KerasOrder(Graph graph, int[] shapes) {
    this.graph = graph;
    List<Step> steps = graph.steps();
    int[] producers = new int[shapes.length];
    Arrays.fill(producers, -1);
    for (int i = 0; i < steps.size(); i++) {
      int first = steps.get(i).firstOutput();
      Arrays.fill(producers, first, first + steps.get(i).outputs(), i);
    }
    var masks = new KerasMasks(steps, shapes);
    Map<KerasMasks.Operation, Integer> numbers = new HashMap<>();
    masks.operations().forEach(mask -> numbers.put(mask, steps.size() + numbers.size()));
    for (int i = 0; i < steps.size(); i++) {
      List<Integer> read = read(steps.get(i).inputs(), producers);
      if (masks.argument(i) != null) {
        read.add(numbers.get(masks.argument(i)));
      }
      parents.add(read);
    }
    for (KerasMasks.Operation mask : masks.operations()) {
      List<Integer> read = read(mask.values(), producers);
      mask.masks().forEach(input -> read.add(numbers.get(input)));
      parents.add(read);
    }
    int layers = graph.layers().size();
    owners =
        IntStream.range(0, parents.size())
            .map(i -> i < steps.size() ? steps.get(i).layerIndex() : layers + i - steps.size())
            .toArray();
    found = new int[layers + parents.size() - steps.size()];
    layerDepths = new int[found.length];
    depths = new int[parents.size()];
    ranks = new int[parents.size()];
    measure(search(producers));
  }

  private static List<Integer> read(List<Integer> values, int[] producers) {
    List<Integer> read = new ArrayList<>();
    values.stream().map(value -> producers[value]).filter(i -> i >= 0).forEach(read::add);
    return read;
  }

  /** Returns what the outputs depend on, each after what it reads. */
  private List<Integer> search(int[] producers) {
    List<Integer> finished = new ArrayList<>();
    int[] next = new int[parents.size()];
    Arrays.fill(found, -1);
    Arrays.fill(next, -1);
    int count = 0;
    Deque<Integer> open = new ArrayDeque<>();
    for (int output : read(graph.outputs(), producers)) {
      open.push(output);
      while (!open.isEmpty()) {
        int top = open.peek();
        if (next[top] < 0) {
          next[top] = 0;
          found[owners[top]] = found[owners[top]] < 0 ? count++ : found[owners[top]];
        }
        List<Integer> reads = parents.get(top);
        while (next[top] < reads.size() && next[reads.get(next[top])] >= 0) {
          next[top]++;
        }
        if (next[top] < reads.size()) {
          open.push(reads.get(next[top]));
        } else {
          open.pop();
          if (next[top] == reads.size()) {
            next[top]++; // finished
            finished.add(top);
          }
        }
      }
    }
    return finished;
  }

  /** Measures the distances from the outputs. */
  private void measure(List<Integer> finished) {
    int rank = 0;
    for (int i = finished.size() - 1; i >= 0; i--) {
      int vertex = finished.get(i);
      ranks[vertex] = ranks[vertex] == 0 ? ++rank : ranks[vertex];
      depths[vertex] = Math.max(depths[vertex], layerDepths[owners[vertex]]);
      layerDepths[owners[vertex]] = depths[vertex];
      for (int parent : parents.get(vertex)) {
        ranks[parent] = ranks[parent] == 0 ? ++rank : ranks[parent];
        depths[parent] = Math.max(depths[parent], depths[vertex] + 1);
      }
    }
  }

  /** Returns the layers in the order of their weights. */
  List<Layer> layers() {
    return IntStream.range(0, graph.layers().size())
        .boxed()
        .sorted(Comparator.<Integer>comparingInt(i -> -layerDepths[i]).thenComparing(i -> found[i]))
        .map(graph.layers()::get)
        .toList();
  }

  /** Returns the steps in the order in which they are computed. */
  List<Step> steps() {
    return IntStream.range(0, graph.steps().size())
        .boxed()
        .sorted(Comparator.<Integer>comparingInt(i -> -depths[i]).thenComparing(i -> ranks[i]))
        .map(graph.steps()::get)
        .toList();
  }
}
