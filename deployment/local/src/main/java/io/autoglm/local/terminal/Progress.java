package io.autoglm.local.terminal;

import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Snapshot;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Tells what becomes of the parts, a line for each change; on a terminal also what is being waited for, in a line that
/// is written over.
public final class Progress {

    private static final String CLEAR_LINE = "\r\u001b[K";
    private static final Duration BETWEEN_REDRAWS = Duration.ofMillis(500);

    private final PrintStream out;
    private final Screen screen;
    private final Instant start;
    private final Map<String, String> told = new HashMap<>();
    private Instant nextRedraw = Instant.EPOCH;
    private boolean isDrawn;

    public Progress(PrintStream out, Screen screen, Instant start) {
        this.out = out;
        this.screen = screen;
        this.start = start;
    }

    /// Tells what is new in it.
    public void show(Snapshot snapshot, Instant now) {
        for (PartStatus part : snapshot.parts()) {
            String news = news(part);
            if (news.equals(told.put(part.part(), news)) || isNoNews(part.state())) continue;
            clear();
            out.printf("  %-12s %s  %s%n", part.part(), seconds(now), detail(part, news));
        }
        if (snapshot.phase() == Snapshot.Phase.STARTING && screen.isTerminal() && !now.isBefore(nextRedraw)) {
            redraw(snapshot.parts(), now);
        }
    }

    /// Takes what it says as known, so that only what comes after is told.
    public void skip(Snapshot snapshot) {
        for (PartStatus part : snapshot.parts()) told.put(part.part(), news(part));
    }

    /// Takes the line that is written over away.
    public void clear() {
        if (isDrawn) out.print(CLEAR_LINE);
        isDrawn = false;
        nextRedraw = Instant.EPOCH;
    }

    private static String news(PartStatus part) {
        return part.state() + (part.reason() == null ? "" : ": " + part.reason());
    }

    private static boolean isNoNews(String state) {
        return state.equals("waiting");
    }

    private static String detail(PartStatus part, String news) {
        return part.isReady() ? "ready      " + part.address().text() : news;
    }

    private void redraw(List<PartStatus> parts, Instant now) {
        nextRedraw = now.plus(BETWEEN_REDRAWS);
        String awaited = parts.stream()
                .filter(part -> !part.isReady())
                .map(part -> part.part() + " (" + part.state() + ")")
                .collect(Collectors.joining(", "));
        if (awaited.isEmpty()) return;
        out.print(CLEAR_LINE + screen.cut("  " + seconds(now) + "  waiting for " + awaited));
        out.flush();
        isDrawn = true;
    }

    private String seconds(Instant now) {
        return "%5.1f s".formatted(Duration.between(start, now).toMillis() / 1000.0);
    }
}
