package io.autoglm.local.home;

import io.autoglm.local.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// All that the supervisor says to the other commands: written by it on every change, read by `up`, `status`, `down`.
///
/// @param supervisor who wrote it
/// @param options    what it was started with
/// @param phase      where the suite as a whole stands
/// @param reason     why the phase is {@link Phase#FAILED}, one line for each thing that is wrong; null otherwise
/// @param parts      in the order of starting
public record Snapshot(
        Running supervisor,
        SuiteOptions options,
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

    private static final AtomicBoolean WARNED = new AtomicBoolean();

    /// Empty where no suite was ever started in this home. One that cannot be read counts as none, with a warning: what
    /// reads it does so several times a second, so there is only one.
    public static Optional<Snapshot> read(Home home) {
        try {
            return Optional.of(of(Json.parse(Files.readString(home.snapshot()))));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException | DateTimeException unreadable) {
            if (!WARNED.getAndSet(true)) {
                System.err.println("autoglm: taken as absent, since it cannot be read: " + home.snapshot() + " ("
                        + Fault.words(unreadable) + ")");
            }
            return Optional.empty();
        }
    }

    private static Snapshot of(Json json) {
        return new Snapshot(
                new Running(json.at("pid").number(0), json.at("birth").text("")),
                new SuiteOptions(
                        Path.of(json.at("model").text("")),
                        (int) json.at("instances").number(0),
                        (int) json.at("portOffset").number(0),
                        json.at("host").text("127.0.0.1"),
                        Boolean.TRUE.equals(json.at("development").value())),
                Phase.valueOf(json.at("phase").text("stopped").toUpperCase(Locale.ROOT)),
                json.at("reason").text(),
                json.at("parts").items().stream().map(PartStatus::of).toList());
    }

    public void write(Home home) throws IOException {
        WholeFile.write(
                home.snapshot(),
                Json.object(
                                "pid", supervisor.pid(),
                                "birth", supervisor.birth(),
                                "model", options.model().toString(),
                                "instances", options.instances(),
                                "portOffset", options.portOffset(),
                                "host", options.host(),
                                "development", options.development(),
                                "phase", phase.name().toLowerCase(Locale.ROOT),
                                "reason", reason,
                                "parts", parts.stream().map(PartStatus::toJson).toList())
                        + "\n");
    }

    /// Whether the one who wrote it still lives; if not, its parts may be orphans.
    public boolean isSupervised() {
        return supervisor.isAlive();
    }
}
