package io.autoglm.local.home;

import io.autoglm.local.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// All that the supervisor says to the other commands: written by it on every change, read by `up`, `status`, `down`.
///
/// @param supervisor who wrote it
/// @param portOffset what it was started with
/// @param phase      where the suite as a whole stands
/// @param reason     why the phase is {@link Phase#FAILED}, one line for each thing that is wrong; null otherwise
/// @param parts      in the order of starting
public record Snapshot(
        Running supervisor,
        int portOffset,
        Phase phase,
        @Nullable String reason,
        List<PartStatus> parts) {

    /// The suite as a whole.
    public enum Phase {
        STARTING,
        /// Every part has been ready at least once.
        UP,
        STOPPING,
        /// It could not be started; everything that was has been stopped again.
        FAILED,
        STOPPED
    }

    /// Empty where no suite was ever started in this home.
    public static Optional<Snapshot> read(Home home) throws IOException {
        if (!Files.exists(home.snapshot())) return Optional.empty();
        Json json = Json.parse(Files.readString(home.snapshot()));
        return Optional.of(new Snapshot(
                new Running(
                        json.at("pid").number(0), Instant.parse(json.at("since").text("1970-01-01T00:00:00Z"))),
                (int) json.at("portOffset").number(0),
                Phase.valueOf(json.at("phase").text("stopped").toUpperCase(Locale.ROOT)),
                json.at("reason").text(),
                json.at("parts").items().stream().map(PartStatus::of).toList()));
    }

    public void write(Home home) throws IOException {
        WholeFile.write(
                home.snapshot(),
                Json.object(
                                "pid", supervisor.pid(),
                                "since", supervisor.started().toString(),
                                "portOffset", portOffset,
                                "phase", phase.name().toLowerCase(Locale.ROOT),
                                "reason", reason,
                                "parts", parts.stream().map(PartStatus::toJson).toList())
                        + "\n");
    }

    /// Whether the one who wrote it still lives; if not, its parts may be orphans.
    public boolean isSupervised() {
        return supervisor.find().isPresent();
    }
}
