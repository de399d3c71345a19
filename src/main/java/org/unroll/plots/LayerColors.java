package org.unroll.plots;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Chooses the colors of the lines or bars of one plot by their names, so that a recurrent layer has
 * the same color in every plot: SimpleRNN blue, LSTM red, GRU green.
 *
 * <p>A name such as {@code "GRU"} gets the color of its layer. If no name is exactly the layer, the
 * first name that contains it as a word does, such as {@code "GRU with dropout"}. All other names
 * get other colors, in their order. Without a layer among the names, they get the palette from its
 * beginning. It is public only because the notebook views use it.
 *
 * @hidden
 */
public final class LayerColors {

  /** In the order of the palette. */
  private static final List<String> LAYERS = List.of("rnn", "lstm", "gru");

  private static final Pattern WORD =
      Pattern.compile("(?<![a-z])(?:simple[ _]?)?(rnn|lstm|gru)(?![a-z])");

  private LayerColors() {}

  /** Returns whether a name contains a layer that has a color. */
  static boolean isAny(Collection<String> names) {
    return names.stream().anyMatch(name -> matcher(name).find());
  }

  /** Returns a color for each name. */
  public static List<String> of(Collection<String> names) {
    List<String> all = List.copyOf(names);
    Integer[] colors = new Integer[all.size()];
    List<Integer> free = new ArrayList<>(List.of(3, 4, 5));
    for (int layer = 0; layer < LAYERS.size(); layer++) {
      int owner = owner(all, LAYERS.get(layer));
      if (owner < 0) {
        free.add(layer);
      } else {
        colors[owner] = layer;
      }
    }
    if (!isAny(all)) {
      free.sort(null);
    }
    int next = 0;
    for (int i = 0; i < colors.length; i++) {
      if (colors[i] == null) {
        colors[i] = free.get(next++ % free.size());
      }
    }
    return Arrays.stream(colors).map(PlotStyle::color).toList();
  }

  /** Returns the index of the name that gets the color of the layer, or -1. */
  private static int owner(List<String> names, String layer) {
    int first = -1;
    for (int i = 0; i < names.size(); i++) {
      Matcher found = matcher(names.get(i));
      if (found.find() && found.group(1).equals(layer)) {
        if (found.end() - found.start() == names.get(i).length()) {
          return i;
        }
        first = first < 0 ? i : first;
      }
    }
    return first;
  }

  private static Matcher matcher(String name) {
    return WORD.matcher(name.toLowerCase(Locale.ROOT));
  }
}
