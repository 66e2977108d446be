package io.autoglm.local.home;

import io.autoglm.local.json.Json;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A part as `status` shows it.
///
/// @param part    `redis`, `context`, `scheduler`, `gateway`, `inference-1` …
/// @param process null while there is none, and for a Redis that is not ours
/// @param state   one word: `starting`, `warming`, `ready`, `unready`, `restarting`, `failed`, `stopped` …
/// @param since   when it came into this state
/// @param reason  why it is not ready, in one line; null when there is nothing to say
public record PartStatus(
        String part,
        Address address,
        @Nullable Running process,
        String state,
        Instant since,
        @Nullable String reason) {

    public boolean isReady() {
        return state.equals("ready");
    }

    /// The same part, as it is from then on.
    public PartStatus in(String state, Instant since, @Nullable String reason) {
        return new PartStatus(part, address, process, state, since, reason);
    }

    Json toJson() {
        return Json.object(
                "part",
                part,
                "address",
                address.text(),
                "port",
                address.port(),
                "pid",
                process == null ? null : process.pid(),
                "birth",
                process == null ? null : process.birth(),
                "state",
                state,
                "since",
                since.toString(),
                "reason",
                reason);
    }

    static PartStatus of(Json json) {
        long pid = json.at("pid").number(0);
        Running process = pid == 0 ? null : new Running(pid, json.at("birth").text(""));
        return new PartStatus(
                json.at("part").text("?"),
                new Address(json.at("address").text("?"), (int) json.at("port").number(0)),
                process,
                json.at("state").text("?"),
                Instant.parse(json.at("since").text("1970-01-01T00:00:00Z")),
                json.at("reason").text());
    }
}
