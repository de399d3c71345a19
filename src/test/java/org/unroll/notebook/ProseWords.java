package org.unroll.notebook;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.unroll.notebook.StoredNotebook.Cell;

/** Finds words that the style of the project replaces, in the prose and the comments of a notebook. */
final class ProseWords {

  /** What to avoid, and what to write. Only expressions with few other meanings are listed. */
  private static final Map<Pattern, String> REPLACEMENTS = new LinkedHashMap<>();

  static {
    avoid("(stands?|stood) (at|in)", "is in, is documented in");
    avoid("lies in", "is in");
    avoid("(file|code|plot|figure|table|curve|list|error|loss|score|number)s? (tells?|says?)", "shows");
    avoid("(goes|going|went) on", "continues, resumes");
    avoid("anew", "again, from scratch");
    avoid("beside", "next to, compared with");
    avoid("(one's|its|their) own(?= (way|terms)\\b)|of (one's|its|their) own", "custom, your own");
    avoid("at hand", "current");
    avoid("(is|are) to be", "must be");
    avoid("whoever", "anyone who");
    avoid("nothing of (it|that)|none of them is told", "no …");
    avoid("as what (they are|it is)", "rendered");
    avoid("(can|cannot|can't) be had", "is (not) available");
    avoid("trainings", "training runs");
    avoid("and the like", "such as");
    avoid("minded", "regardless of");
    avoid("told (from|apart)|tell \\w+ (apart|from)|(is|are) told", "distinguished from, predicted from");
    avoid("hardly", "barely, almost no");
    avoid("by heart", "memorize");
    avoid("wide of|in its course|(done|do) its service", "rewrite the sentence");
    avoid("made-up|made up", "synthetic, consists of");
    avoid("degC|deg C|degrees C(elsius)?", "°C");
  }

  private ProseWords() {}

  private static void avoid(String expression, String instead) {
    REPLACEMENTS.put(
        Pattern.compile("(?<![\\w'])(" + expression + ")(?!\\w)", Pattern.CASE_INSENSITIVE), instead);
  }

  static List<String> breaches(StoredNotebook notebook) {
    List<String> breaches = new ArrayList<>();
    for (Cell cell : notebook.cells()) {
      String text =
          cell.type().equals("code")
              ? comments(cell.source())
              : ProseNumbers.withoutCode(cell.source()).replaceAll("\\s+", " ");
      REPLACEMENTS.forEach(
          (pattern, instead) -> {
            Matcher found = pattern.matcher(text);
            while (found.find()) {
              String around =
                  text.substring(
                      Math.max(0, found.start() - 25), Math.min(text.length(), found.end() + 25));
              breaches.add(
                  NotebookRules.in(cell)
                      + "'"
                      + found.group()
                      + "' must be '"
                      + instead
                      + "' in …"
                      + around
                      + "…");
            }
          });
    }
    return breaches;
  }

  private static String comments(String source) {
    StringBuilder comments = new StringBuilder();
    Matcher comment = Pattern.compile("//[^\n\"]*$|/\\*.*?\\*/", Pattern.DOTALL | Pattern.MULTILINE).matcher(source);
    while (comment.find()) {
      comments.append(comment.group().replaceAll("\\s+", " ")).append('\n');
    }
    return comments.toString();
  }
}
