package io.shoal.common.config;

import java.util.List;

/** Prints the commented file that {@link ConfigSchema#template()} promises. */
final class Template {
  private static final int LINE_WIDTH = 100;

  private final StringBuilder out = new StringBuilder();
  private final String title;
  private final List<ConfigSchema.Section> sections;

  Template(String title, List<ConfigSchema.Section> sections) {
    this.title = title;
    this.sections = sections;
  }

  String print() {
    comment(title);
    comment(
        "A line is: key = value. What follows a # (at the start of a line or after a blank) is a"
            + " comment.");
    comment("Every key stands here with its default; remove the # before it to change it.");
    for (ConfigSchema.Section section : sections) {
      out.append('\n');
      comment("---- " + section.title() + " ----");
      section.keys().forEach(this::key);
    }
    return out.toString();
  }

  private void key(Key<?> key) {
    out.append('\n');
    comment(key.doc());
    comment(
        "Allowed: " + key.type().expected() + (key.defaultText() == null ? "; must be set" : ""));
    String value = key.defaultText() == null ? "" : key.defaultText();
    out.append('#').append((key.name() + " = " + value).stripTrailing()).append('\n');
  }

  private void comment(String text) {
    StringBuilder line = new StringBuilder("#");
    for (String word : text.split(" ", -1)) {
      if (line.length() > 1 && line.length() + 1 + word.length() > LINE_WIDTH) {
        out.append(line).append('\n');
        line = new StringBuilder("#");
      }
      line.append(' ').append(word);
    }
    out.append(line).append('\n');
  }
}
