package org.unroll.text;

import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Splits texts into words and punctuation marks, and joins them again with spaces in the usual
 * places.
 */
final class Words {
  /**
   * Letters and digits, which may contain apostrophes and hyphens, and in numbers separators; or
   * any other single code point that is not white space.
   */
  private static final Pattern TOKEN =
      Pattern.compile(
          "[\\p{L}\\p{M}\\p{N}]+(?:(?:['’-]|(?<=\\p{N})[.,:](?=\\p{N}))[\\p{L}\\p{M}\\p{N}]+)*"
              + "|[^\\s\\p{Z}]");

  private static final Set<String> ATTACHED_TO_PREVIOUS =
      Set.of(".", ",", ";", ":", "!", "?", ")", "]", "}", "%", "…", "’", "”");
  private static final Set<String> ATTACHED_TO_NEXT =
      Set.of("(", "[", "{", "¿", "¡", "$", "£", "„", "“");
  private static final String QUOTE = "\"";

  private Words() {}

  static List<String> split(String text) {
    return TOKEN.matcher(text).results().map(MatchResult::group).toList();
  }

  /** Joins tokens. The text of the first tokens does not depend on those that follow. */
  static String join(List<String> tokens) {
    var text = new StringBuilder();
    boolean quoted = false;
    boolean attached = true; // whether the next token follows without a space
    for (String token : tokens) {
      boolean quote = token.equals(QUOTE);
      boolean closing = quote ? quoted : ATTACHED_TO_PREVIOUS.contains(token);
      if (!attached && !closing) {
        text.append(' ');
      }
      text.append(token);
      attached = quote ? !quoted : ATTACHED_TO_NEXT.contains(token);
      quoted ^= quote;
    }
    return text.toString();
  }
}
