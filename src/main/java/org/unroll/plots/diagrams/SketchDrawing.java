package org.unroll.plots.diagrams;

import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Point2D;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.unroll.plots.diagrams.Sketch.Kind;
import org.unroll.plots.diagrams.Sketch.Label;
import org.unroll.plots.diagrams.Sketch.Node;
import org.unroll.plots.diagrams.Sketch.Place;
import org.unroll.plots.diagrams.Sketch.Style;
import org.unroll.plots.diagrams.Sketch.Wire;

/** Draws a sketch into a scene. */
final class SketchDrawing {

  static final double LETTERS = 14;
  private static final double LINE = 15;
  private static final double CORNER = 7;
  private static final double HEAD = 6.5;

  /** The gap in a wire where another one crosses it. */
  private static final double GAP = 3;

  private final Sketch sketch;
  private final Scene scene;
  private final Ink background;

  /**
   * Creates a drawing.
   *
   * @param background the color below the wires
   */
  SketchDrawing(Sketch sketch, Scene scene, Ink background) {
    this.sketch = sketch;
    this.scene = scene;
    this.background = background;
  }

  /**
   * Draws wires. Where one crosses another one that carries something else, the latter has a gap.
   * Wires that meet in a join are drawn without one.
   */
  void wires(Predicate<Wire> isActive) {
    List<Wire> below = new ArrayList<>();
    // What the current step does is drawn above the rest.
    for (boolean active : new boolean[] {false, true}) {
      for (List<Wire> sameSource : bySource().values()) {
        List<Wire> drawn = sameSource.stream().filter(w -> isActive.test(w) == active).toList();
        for (Wire wire : drawn) {
          below.stream().filter(w -> !isConnected(wire, w)).forEach(w -> gaps(wire, w));
        }
        drawn.forEach(wire -> draw(wire, active));
        below.addAll(drawn);
      }
    }
  }

  /** Draws the gaps of the lower wire at its crossings with the upper one. */
  private void gaps(Wire upper, Wire lower) {
    for (int i = 1; i < upper.points().size(); i++) {
      Line2D line = new Line2D.Double(upper.points().get(i - 1), upper.points().get(i));
      for (int j = 1; j < lower.points().size(); j++) {
        Line2D other = new Line2D.Double(lower.points().get(j - 1), lower.points().get(j));
        boolean isAcross = isVertical(line) != isVertical(other);
        if (isAcross && line.intersectsLine(other)) {
          double x = isVertical(line) ? line.getX1() : other.getX1();
          double y = isVertical(line) ? other.getY1() : line.getY1();
          double half = width(upper) / 2 + GAP;
          double along = width(lower);
          scene.fill(
              isVertical(line)
                  ? new Rectangle2D.Double(x - half, y - along, 2 * half, 2 * along)
                  : new Rectangle2D.Double(x - along, y - half, 2 * along, 2 * half),
              background,
              null,
              0);
        }
      }
    }
  }

  private static boolean isVertical(Line2D line) {
    return line.getX1() == line.getX2();
  }

  private Map<String, List<Wire>> bySource() {
    return sketch.wires().stream()
        .collect(Collectors.groupingBy(Wire::from, LinkedHashMap::new, Collectors.toList()));
  }

  /** Returns whether two wires carry the same value or meet in a join. */
  private boolean isConnected(Wire a, Wire b) {
    return a.from().equals(b.from())
        || (isJoin(a.to()) && (b.to().equals(a.to()) || b.from().equals(a.to())))
        || (isJoin(b.to()) && a.from().equals(b.to()));
  }

  private boolean isJoin(String node) {
    return sketch.nodes().get(node).kind() == Kind.JOIN;
  }

  private static double width(Wire wire) {
    return wire.style() == Style.THICK ? 3 : 1.7;
  }

  private void draw(Wire wire, boolean active) {
    Ink ink = active ? ink(wire) : Ink.PALE;
    List<Point2D> points = new ArrayList<>(wire.points());
    Node target = sketch.nodes().get(wire.to());
    if (target.kind() == Kind.JOIN) {
      scene.line(path(points), ink, width(wire), false);
      return;
    }
    Point2D tip = points.get(points.size() - 1);
    points.set(points.size() - 1, toward(tip, points.get(points.size() - 2), HEAD - 1));
    scene.line(path(points), ink, width(wire), wire.style() == Style.BACKWARD);
    scene.fill(head(tip, points.get(points.size() - 1)), ink, null, 0);
  }

  /** Returns the color of what a gate computes, which its box has too. */
  private Ink ink(Wire wire) {
    if (wire.style() == Style.BACKWARD) {
      return Ink.RED;
    }
    Node source = sketch.nodes().get(wire.from());
    return source.kind() == Kind.LAYER ? source.ink() : Ink.WIRE;
  }

  /** Returns the point at a distance from one point toward another. */
  private static Point2D toward(Point2D from, Point2D to, double distance) {
    double share = distance / Math.max(distance, from.distance(to));
    return new Point2D.Double(
        from.getX() + share * (to.getX() - from.getX()),
        from.getY() + share * (to.getY() - from.getY()));
  }

  private static Shape path(List<Point2D> points) {
    Path2D path = new Path2D.Double();
    path.moveTo(points.get(0).getX(), points.get(0).getY());
    for (int i = 1; i < points.size() - 1; i++) {
      Point2D corner = points.get(i);
      double room =
          Math.min(corner.distance(points.get(i - 1)), corner.distance(points.get(i + 1)));
      Point2D before = toward(corner, points.get(i - 1), Math.min(CORNER, room / 2));
      Point2D after = toward(corner, points.get(i + 1), Math.min(CORNER, room / 2));
      path.lineTo(before.getX(), before.getY());
      path.quadTo(corner.getX(), corner.getY(), after.getX(), after.getY());
    }
    Point2D last = points.get(points.size() - 1);
    path.lineTo(last.getX(), last.getY());
    return path;
  }

  private static Shape head(Point2D tip, Point2D from) {
    double length = tip.distance(from);
    double dx = (tip.getX() - from.getX()) / length;
    double dy = (tip.getY() - from.getY()) / length;
    double x = tip.getX() - HEAD * dx;
    double y = tip.getY() - HEAD * dy;
    Path2D head = new Path2D.Double();
    head.moveTo(tip.getX(), tip.getY());
    head.lineTo(x - 0.55 * HEAD * dy, y + 0.55 * HEAD * dx);
    head.lineTo(x + 0.55 * HEAD * dy, y - 0.55 * HEAD * dx);
    head.closePath();
    return head;
  }

  void nodes(Predicate<Node> isActive) {
    for (Node node : sketch.nodes().values()) {
      if (node.kind() != Kind.PORT && node.kind() != Kind.JOIN) {
        node(node, isActive.test(node));
      }
    }
  }

  private void node(Node node, boolean active) {
    double x = node.x() - node.size().halfWidth();
    double y = node.y() - node.size().halfHeight();
    double width = 2 * node.size().halfWidth();
    double height = 2 * node.size().halfHeight();
    Ink fill = Ink.PAGE;
    Ink line = Ink.WIRE;
    Shape shape = new Ellipse2D.Double(x, y, width, height);
    if (!node.isRound()) {
      shape = new RoundRectangle2D.Double(x, y, width, height, 8, 8);
      fill = node.ink().tint();
      line = node.ink();
    }
    scene.fill(shape, active ? fill : background, active ? line : Ink.PALE, 1.5);
    if (node.text().isEmpty()) {
      return;
    }
    double size = node.isRound() ? node.text().length() == 1 ? 15 : MathText.SMALLEST : LETTERS;
    double baseline = node.y() + size * 0.36;
    scene.text(node.text(), node.x(), baseline, 0.5, size, active ? Ink.TEXT : Ink.PALE_TEXT);
  }

  /**
   * Fills the box of a learned layer: a gate from the bottom, to the top for 1, and an activation
   * with both signs from the middle, up or down.
   *
   * @param value from 0 to 1 for a gate and from −1 to 1 for a tanh
   */
  void gauge(Node node, double value) {
    double halfWidth = node.size().halfWidth() - 0.75;
    double halfHeight = node.size().halfHeight() - 0.75;
    Area box =
        new Area(
            new RoundRectangle2D.Double(
                node.x() - halfWidth,
                node.y() - halfHeight,
                2 * halfWidth,
                2 * halfHeight,
                6.5,
                6.5));
    boolean isGate = node.text().equals("σ");
    double zero = isGate ? node.y() + halfHeight : node.y();
    double end = zero - value * (isGate ? 2 * halfHeight : halfHeight);
    double top = Math.min(zero, end);
    double height = Math.abs(end - zero);
    box.intersect(
        new Area(new Rectangle2D.Double(node.x() - halfWidth, top, 2 * halfWidth, height)));
    scene.fill(box, node.ink().over(Ink.PAGE, 0.55, 0.6), null, 0);
  }

  /**
   * Draws the labels.
   *
   * @param isActive by the id of the node
   * @param values the text of the value by the id of the node
   */
  void labels(Predicate<String> isActive, Map<String, String> values) {
    for (Label label : sketch.labels()) {
      boolean active = isActive.test(label.node());
      Node node = sketch.nodes().get(label.node());
      Ink ink = node.ink() == null ? Ink.TEXT : node.ink();
      String value = values.get(label.node());
      double y = label.y();
      if (!label.text().isEmpty()) {
        boolean isAbove = value != null && label.value() == Place.INSTEAD;
        double top = isAbove ? y - LINE : y;
        scene.text(
            label.text(), label.x(), top, label.align(), LETTERS, active ? ink : Ink.PALE_TEXT);
        y = isAbove ? y : y + (label.value() == Place.ACROSS ? LINE + 6 : LINE);
      }
      if (value != null) {
        Ink valueInk = active ? Ink.SOFT : Ink.PALE_TEXT;
        scene.text(value, label.x(), y, label.align(), MathText.SMALLEST, valueInk);
      }
    }
  }
}
