package io.autoglm.local.terminal;

import io.autoglm.local.home.PartStatus;
import io.autoglm.local.json.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// `status`: the parts as a table for people, or as JSON for programs.
public record StatusTable(List<PartStatus> parts) {

    public String text(Instant now) {
        return "%-14s %-21s %8s  %-11s %s%n".formatted("PART", "ADDRESS", "PID", "STATE", "SINCE")
                + parts.stream().map(part -> row(part, now)).collect(Collectors.joining());
    }

    private static String row(PartStatus part, Instant now) {
        String pid = part.process() == null ? "-" : Long.toString(part.process().pid());
        String reason = part.reason() == null ? "" : part.reason();
        return "%-14s %-21s %8s  %-11s %-8s %s"
                        .formatted(
                                part.part(), part.address().text(), pid, part.state(), age(part.since(), now), reason)
                        .stripTrailing()
                + System.lineSeparator();
    }

    /// `42s`, `7m`, `3h12m`, `5d`.
    static String age(Instant since, Instant now) {
        Duration age = Duration.between(since, now);
        if (age.isNegative()) return "0s";
        if (age.toMinutes() < 1) return age.toSeconds() + "s";
        if (age.toHours() < 1) return age.toMinutes() + "m";
        if (age.toDays() < 1) return age.toHours() + "h" + age.toMinutesPart() + "m";
        return age.toDays() + "d";
    }

    /// `{"parts":[{"part":…,"port":…,"pid":…,"state":…,"since":…,"reason":…}]}`; `pid` is null where
    /// there is no process of ours, and `reason` is left out where there is nothing to say.
    public String json() {
        return Json.object("parts", parts.stream().map(StatusTable::json).toList())
                .toString();
    }

    private static Map<String, @Nullable Object> json(PartStatus part) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("part", part.part());
        members.put("port", part.address().port());
        members.put("pid", part.process() == null ? null : part.process().pid());
        members.put("state", part.state());
        members.put("since", part.since().toString());
        if (part.reason() != null) members.put("reason", part.reason());
        return members;
    }
}
