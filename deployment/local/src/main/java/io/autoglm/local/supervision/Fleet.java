package io.autoglm.local.supervision;

import io.autoglm.local.home.Address;
import io.autoglm.local.home.PartStatus;
import io.autoglm.local.home.Running;
import io.autoglm.local.json.Json;
import io.autoglm.local.network.Loopback;
import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The inference instances. They are the scheduler's processes: it starts them and starts them again, and here they are
/// only looked at, through its `GET /v1/instances`.
///
/// @param size      how many there are to be
/// @param firstPort of `inference-1`; the others follow
/// @param scheduler its base URL
public record Fleet(int size, int firstPort, String scheduler, String internalToken) {

    private static final int TIMEOUT_MILLIS = 2_000;

    /// No instances at all, for a suite without a scheduler.
    public static Fleet none() {
        return new Fleet(0, 0, "", "");
    }

    /// What there is to say before the scheduler has said anything.
    List<PartStatus> expected(Instant now) {
        List<PartStatus> instances = new ArrayList<>();
        for (int i = 1; i <= size; i++) {
            instances.add(new PartStatus(
                    "inference-" + i, Address.onLoopback(firstPort + i - 1), null, "waiting", now, null));
        }
        return instances;
    }

    /// One status for each instance. While the scheduler does not answer, what was seen last stands.
    ///
    /// @param before what the last look gave
    List<PartStatus> look(List<PartStatus> before) {
        if (size == 0) return before;
        Loopback.Answer answer = Loopback.get(
                scheduler + "/v1/instances", Map.of("x-autoglm-internal-token", internalToken), TIMEOUT_MILLIS);
        if (!answer.isOk()) return before;
        try {
            return merged(before, Json.parse(answer.body()).at("instances").items());
        } catch (IllegalArgumentException | DateTimeParseException unreadable) {
            return before;
        }
    }

    private static List<PartStatus> merged(List<PartStatus> before, List<Json> seen) {
        Map<String, Json> byId = seen.stream()
                .filter(instance -> instance.at("id").text() != null)
                .collect(Collectors.toMap(
                        instance -> instance.at("id").text(""), Function.identity(), (first, second) -> second));
        return before.stream()
                .map(known -> {
                    Json instance = byId.get(known.part());
                    return instance == null ? known : status(known, instance);
                })
                .toList();
    }

    private static PartStatus status(PartStatus known, Json instance) {
        long pid = instance.at("pid").number(0);
        Running process = known.process();
        if (process == null || process.pid() != pid) process = find(pid);
        return new PartStatus(
                known.part(),
                address(instance.at("url").text(), known.address()),
                process,
                instance.at("state").text("starting"),
                Instant.parse(instance.at("since").text(known.since().toString())),
                instance.at("reason").text());
    }

    private static @Nullable Running find(long pid) {
        return pid <= 0 ? null : ProcessHandle.of(pid).map(Running::of).orElse(null);
    }

    private static Address address(@Nullable String url, Address otherwise) {
        URI seen = url == null ? null : URI.create(url);
        return seen == null || seen.getAuthority() == null || seen.getPort() <= 0
                ? otherwise
                : new Address(seen.getAuthority(), seen.getPort());
    }

    /// Why one of them will not come up by itself, which is the scheduler's verdict: `gone`, with the words in
    /// which the instance gave up, or with the alarm over one that keeps crashing. Empty while all may come up.
    static Optional<String> failure(List<PartStatus> instances) {
        return instances.stream()
                .filter(instance -> instance.state().equals("gone"))
                .flatMap(instance -> Optional.ofNullable(instance.reason()).stream())
                .filter(reason -> reason.contains("autoglm: cannot ") || reason.contains(" times in a row"))
                .findFirst();
    }
}
