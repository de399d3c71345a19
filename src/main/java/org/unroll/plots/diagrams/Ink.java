package org.unroll.plots.diagrams;

import java.awt.Color;

/** A color on a light page and on a dark page, as {@code 0xRRGGBB}. */
record Ink(int light, int dark) {

  static final Ink PAGE = new Ink(0xFFFFFF, 0x111111);
  static final Ink FRAME = new Ink(0xF6F6F4, 0x1E1E1E);
  static final Ink EDGE = new Ink(0xB8B8B4, 0x5A5A5A);
  static final Ink TEXT = new Ink(0x222222, 0xE6E6E6);
  static final Ink SOFT = new Ink(0x5F5F5F, 0xA6A6A6);
  static final Ink WIRE = new Ink(0x3C3C3C, 0xC4C4C4);

  /** Lines outside the current step. */
  static final Ink PALE = new Ink(0xD2D2CE, 0x474747);

  static final Ink PALE_TEXT = new Ink(0x747471, 0x8A8A8A);

  static final Ink BLUE = new Ink(0x0072B2, 0x4DA9DE);
  static final Ink RED = new Ink(0xB84E00, 0xF08A45);
  static final Ink GREEN = new Ink(0x007A57, 0x2FC498);
  static final Ink PINK = new Ink(0xA8538A, 0xDE9CC4);
  static final Ink VIOLET = new Ink(0x5E4BB5, 0xAA9CF2);

  /** Returns this color mixed into that of the page, for the inside of a box. */
  Ink tint() {
    return over(PAGE, 0.2, 0.34);
  }

  /** Returns a mixture with the color below it, with the shares of this color in light and dark. */
  Ink over(Ink below, double lightShare, double darkShare) {
    return new Ink(mix(light, below.light, lightShare), mix(dark, below.dark, darkShare));
  }

  private static int mix(int color, int page, double share) {
    int mixed = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int a = (color >> shift) & 0xFF;
      int b = (page >> shift) & 0xFF;
      mixed |= (int) Math.round(b + share * (a - b)) << shift;
    }
    return mixed;
  }

  Color color(boolean onDark) {
    return new Color(onDark ? dark : light);
  }

  String css(boolean onDark) {
    return String.format("#%06x", onDark ? dark : light);
  }
}
