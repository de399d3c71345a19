package org.unroll.plots.diagrams;

import java.awt.geom.Point2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A diagram as a graph: nodes at places, wires between them, and labels. The same graph is drawn
 * and, for a cell, evaluated, so that a drawing cannot show other equations than its values follow.
 */
final class Sketch {

  /** What a node computes from its inputs. */
  enum Kind {
    /** A value from outside, such as x_t, or the place where a value leaves. */
    PORT,
    /** The place where the inputs of a layer are put next to each other. */
    JOIN,
    /** An activation of a weighted sum of the inputs. */
    LAYER,
    /** The elementwise product. */
    TIMES,
    /** The elementwise sum. */
    PLUS,
    /** 1 minus the input. */
    COMPLEMENT,
    /** The hyperbolic tangent of the input. */
    TANH,
    /** A box without a meaning for {@link CellValues}. */
    BOX
  }

  /**
   * A node, whose size is 0 for a port and a join.
   *
   * @param ink the color of a layer or box; null for an operation
   */
  record Node(String id, Kind kind, String text, double x, double y, Size size, Ink ink) {
    boolean isRound() {
      return kind == Kind.TIMES
          || kind == Kind.PLUS
          || kind == Kind.COMPLEMENT
          || kind == Kind.TANH;
    }
  }

  /** Half of the width and half of the height. */
  record Size(double halfWidth, double halfHeight) {}

  /** How a wire looks. */
  enum Style {
    NORMAL,
    THICK,
    BACKWARD
  }

  /** A wire along points that are connected by horizontal and vertical lines. */
  record Wire(String from, String to, List<Point2D> points, Style style) {}

  /** Where the value of a label is. */
  enum Place {
    /** Below the symbol. */
    BELOW,
    /** On the other side of a horizontal wire below the symbol. */
    ACROSS,
    /** At the place of the symbol, which is then above. */
    INSTEAD
  }

  /**
   * A symbol next to a wire, with the value of its node.
   *
   * @param text empty if only the value is shown
   */
  record Label(String node, String text, double x, double y, double align, Place value) {}

  private static final Size POINT = new Size(0, 0);

  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final List<Wire> wires = new ArrayList<>();
  private final List<Label> labels = new ArrayList<>();

  Map<String, Node> nodes() {
    return nodes;
  }

  List<Wire> wires() {
    return wires;
  }

  List<Label> labels() {
    return labels;
  }

  Sketch port(String id, double x, double y) {
    return node(id, Kind.PORT, "", x, y, POINT, null);
  }

  Sketch join(String id, double x, double y) {
    return node(id, Kind.JOIN, "", x, y, POINT, null);
  }

  /** Adds a learned layer, whose activations a recording has under its id. */
  Sketch layer(String id, String text, double x, double y, Ink ink) {
    return node(id, Kind.LAYER, text, x, y, new Size(20, 14), ink);
  }

  Sketch times(String id, double x, double y) {
    return node(id, Kind.TIMES, "×", x, y, new Size(9, 9), null);
  }

  Sketch plus(String id, double x, double y) {
    return node(id, Kind.PLUS, "+", x, y, new Size(9, 9), null);
  }

  Sketch complement(String id, double x, double y) {
    return node(id, Kind.COMPLEMENT, "1−", x, y, new Size(14, 10), null);
  }

  Sketch tanh(String id, double x, double y) {
    return node(id, Kind.TANH, "tanh", x, y, new Size(19, 10), null);
  }

  Sketch box(String id, String text, double x, double y, Size size, Ink ink) {
    return node(id, Kind.BOX, text, x, y, size, ink);
  }

  private Sketch node(String id, Kind kind, String text, double x, double y, Size size, Ink ink) {
    nodes.put(id, new Node(id, kind, text, x, y, size, ink));
    return this;
  }

  /**
   * Adds a wire from the middle of a node. Wires from the same node may have the first part of
   * their ways in common.
   *
   * @param corners the coordinates x, y of each corner
   */
  Sketch wire(String from, String to, double... corners) {
    return wire(Style.NORMAL, from, to, corners);
  }

  Sketch wire(Style style, String from, String to, double... corners) {
    Node start = nodes.get(from);
    List<Point2D> points = new ArrayList<>();
    points.add(new Point2D.Double(start.x(), start.y()));
    for (int i = 0; i < corners.length; i += 2) {
      points.add(new Point2D.Double(corners[i], corners[i + 1]));
    }
    points.add(end(nodes.get(to), points.get(points.size() - 1)));
    wires.add(new Wire(from, to, points.stream().distinct().toList(), style));
    return this;
  }

  /** Returns where the line from a point, horizontal or vertical, meets the edge of a node. */
  private static Point2D end(Node node, Point2D from) {
    double dx = from.getX() - node.x();
    double dy = from.getY() - node.y();
    double halfWidth = node.size().halfWidth();
    double halfHeight = node.size().halfHeight();
    if (Math.abs(dx) <= halfWidth && Math.abs(dy) > halfHeight) {
      double part = node.isRound() ? Math.sqrt(1 - Math.pow(dx / halfWidth, 2)) : 1;
      return new Point2D.Double(from.getX(), node.y() + Math.signum(dy) * halfHeight * part);
    }
    if (Math.abs(dy) <= halfHeight) {
      double part = node.isRound() ? Math.sqrt(1 - Math.pow(dy / halfHeight, 2)) : 1;
      return new Point2D.Double(node.x() + Math.signum(dx) * halfWidth * part, from.getY());
    }
    throw new IllegalStateException("The wire to " + node.id() + " must end beside it.");
  }

  /** Adds a symbol, below which is the value of a node. */
  Sketch label(String node, String text, double x, double y, double align) {
    return label(Place.BELOW, node, text, x, y, align);
  }

  Sketch label(Place value, String node, String text, double x, double y, double align) {
    labels.add(new Label(node, text, x, y, align, value));
    return this;
  }

  /** Returns the nodes with a wire to a node, in the order of the wires. */
  List<String> inputs(String node) {
    return wires.stream().filter(wire -> wire.to().equals(node)).map(Wire::from).toList();
  }

  /**
   * Returns whether a wire belongs to a step: it leads to one of the step's nodes, or it is what
   * one of the step's layers computes.
   */
  boolean isActive(Wire wire, Set<String> step) {
    return step.contains(wire.to())
        || (step.contains(wire.from()) && nodes.get(wire.from()).kind() == Kind.LAYER);
  }
}
