package io.shoal.benchmarks.report;

import io.shoal.benchmarks.measure.Row;
import java.util.List;
import java.util.Locale;

/**
 * The ratios as a chart in SVG: for each row how many times as fast, and how many times as much CPU
 * time, as bars to the right and left of 1 on a logarithmic scale.
 */
public final class Chart {
  private static final int WIDTH = 860;
  private static final int PLOT_LEFT = 330;
  private static final int PLOT_RIGHT = 800;
  private static final int TOP = 70;
  private static final int ROW_HEIGHT = 34;
  private static final int BAR_HEIGHT = 11;

  /** The scale reaches from 1/16 to 16; bars beyond are cut, their numbers are not. */
  private static final double DOUBLINGS = 4;

  private static final String SPEED_COLOUR = "#1f77b4";
  private static final String CPU_COLOUR = "#ff9f40";

  private final StringBuilder svg = new StringBuilder();

  private Chart() {}

  /** Makes the chart. */
  public static String of(Results results) {
    List<Row> rows = results.rows().stream().filter(r -> results.ratio(r).isPresent()).toList();
    return new Chart().draw(results, rows);
  }

  private String draw(Results results, List<Row> rows) {
    int height = TOP + rows.size() * ROW_HEIGHT + 30;
    add(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"12\">",
        WIDTH, height);
    add("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", WIDTH, height);
    text(10, 22, "start", "Shoal compared with HDFS, medians", 16);
    legend();
    for (int doubling = (int) -DOUBLINGS; doubling <= DOUBLINGS; doubling++) {
      gridLine(doubling, height - 30);
    }
    for (int i = 0; i < rows.size(); i++) {
      Ratio ratio = results.ratio(rows.get(i)).orElseThrow();
      int y = TOP + i * ROW_HEIGHT;
      text(PLOT_LEFT - 10, y + 18, "end", rows.get(i).title(), 12);
      bar(y + 5, ratio.speed(), SPEED_COLOUR);
      ratio.cpu().ifPresent(cpu -> bar(y + 5 + BAR_HEIGHT, cpu, CPU_COLOUR));
    }
    return svg.append("</svg>\n").toString();
  }

  private void legend() {
    int y = 34;
    add("<rect x=\"10\" y=\"%d\" width=\"12\" height=\"10\" fill=\"%s\"/>", y, SPEED_COLOUR);
    text(28, y + 10, "start", "times as fast (right of 1 is better)", 12);
    add("<rect x=\"270\" y=\"%d\" width=\"12\" height=\"10\" fill=\"%s\"/>", y, CPU_COLOUR);
    text(288, y + 10, "start", "times as much CPU time (left of 1 is better)", 12);
  }

  private void gridLine(int doubling, int bottom) {
    double x = x(Math.pow(2, doubling));
    String label = doubling < 0 ? "1/" + (1 << -doubling) : Integer.toString(1 << doubling);
    add(
        "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"%s\"/>",
        x, TOP, x, bottom, doubling == 0 ? "#333333" : "#dddddd");
    text(x, bottom + 16, "middle", label, 11);
  }

  private void bar(int y, double ratio, String colour) {
    double from = Math.min(x(1), x(ratio));
    double to = Math.max(x(1), x(ratio));
    add(
        "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
        from, y, to - from, BAR_HEIGHT - 1, colour);
    boolean right = ratio >= 1;
    text(right ? to + 4 : from - 4, y + 9, right ? "start" : "end", Table.number(ratio), 10);
  }

  private static double x(double ratio) {
    double doublings = Math.log(ratio) / Math.log(2);
    double inside = Math.max(-DOUBLINGS, Math.min(DOUBLINGS, doublings));
    return PLOT_LEFT + (inside + DOUBLINGS) / (2 * DOUBLINGS) * (PLOT_RIGHT - PLOT_LEFT);
  }

  private void text(double x, int y, String anchor, String content, int size) {
    add(
        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" font-size=\"%d\">%s</text>",
        x, y, anchor, size, escape(content));
  }

  static String escape(String content) {
    return content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private void add(String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
