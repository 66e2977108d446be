package io.autoglm.gateway;

import io.autoglm.service.CannotStart;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/// Looks at every setting before anything begins, so that one that makes no sense is named instead of showing
/// later as something else. That a value can be read at all (a number is a number) the configuration itself has
/// seen to.
@Singleton
final class SettingsCheck {
    /// Beyond it a duration is a slip of the unit, and milliseconds no longer fit what the network library
    /// counts in.
    private static final Duration LONGEST = Duration.ofDays(1);
    /// What lies in Redis may be kept for years.
    private static final Duration LONGEST_KEPT = Duration.ofDays(3_650);

    /// @param complaint what a value must be; null for one that is right
    private record Rule<T>(String setting, Class<T> type, Function<T, @Nullable String> complaint) {
        void check(Config config) {
            Optional<T> value = config.getOptionalValue(setting, type);
            @Nullable String complaint = value.map(this.complaint).orElse(null);
            if (complaint != null) {
                throw new CannotStart(setting + " is " + value.get(), complaint);
            }
        }
    }

    private static final List<Rule<?>> RULES = List.of(
            duration("autoglm.admission.heartbeat"),
            wholeSeconds("autoglm.admission.lease"),
            wholeNumber("autoglm.admission.concurrency.base", 1),
            wholeNumber("autoglm.admission.concurrency.max", 1),
            wholeNumber("autoglm.admission.concurrency.min", 1),
            wholeNumber("autoglm.admission.max-accounts", 1),
            wholeNumber("autoglm.admission.max-unsettled", 1),
            duration("autoglm.admission.timeout"),
            wholeNumber("autoglm.chat.assumed-answer-tokens", 0),
            wholeNumber("autoglm.chat.max-body-bytes", 1),
            wholeNumber("autoglm.chat.max-bodies-bytes", 1),
            wholeNumber("autoglm.chat.max-messages", 1),
            duration("autoglm.chat.body-timeout"),
            duration("autoglm.chat.timeout"),
            duration("autoglm.chat.write-timeout"),
            wholeNumber("autoglm.continuation.max-request-bytes", 0),
            wholeNumber("autoglm.continuation.most", 0),
            address("autoglm.context.url"),
            duration("autoglm.context.timeout"),
            share("autoglm.context.answer-share"),
            wholeNumber("autoglm.context.assumed-window-tokens", 1),
            wholeNumber("autoglm.context.max-turn-bytes", 1),
            wholeNumber("autoglm.context.max-turn-messages", 2),
            wholeNumber("autoglm.context.tokens-per-media", 0),
            pause("autoglm.drain.delay"),
            pause("autoglm.drain.timeout"),
            duration("autoglm.keys.check"),
            duration("autoglm.keys.keep-revoked", LONGEST_KEPT),
            wholeNumber("autoglm.keys.max-per-tenant", 1),
            wholeNumber("autoglm.keys.max-remembered", 1),
            duration("autoglm.keys.note-use"),
            duration("autoglm.keys.stale-for"),
            duration("autoglm.keys.trusted-for"),
            pause("autoglm.oidc.clock-skew"),
            duration("autoglm.oidc.connect-timeout"),
            issuer("autoglm.oidc.issuer"),
            duration("autoglm.oidc.keys-refresh"),
            wholeNumber("autoglm.oidc.max-concurrent", 1),
            wholeNumber("autoglm.oidc.requests-per-minute", 1),
            wholeNumber("autoglm.queue.bulk-size", 0),
            pause("autoglm.queue.bulk-starvation"),
            duration("autoglm.queue.bulk-timeout"),
            wholeNumber("autoglm.queue.default-size", 0),
            pause("autoglm.queue.default-starvation"),
            duration("autoglm.queue.default-timeout"),
            wholeNumber("autoglm.queue.interactive-size", 0),
            pause("autoglm.queue.interactive-starvation"),
            duration("autoglm.queue.interactive-timeout"),
            wholeNumber("autoglm.scheduler.breaker-volume", 1),
            duration("autoglm.scheduler.retry-after"),
            duration("autoglm.scheduler.snapshot-interval"),
            duration("autoglm.scheduler.timeout"),
            address("autoglm.scheduler.url"),
            duration("autoglm.upstream.connect-timeout"),
            duration("autoglm.upstream.first-token-timeout"),
            duration("autoglm.upstream.idle-timeout"),
            wholeSeconds("autoglm.upstream.keep-alive"),
            wholeNumber("autoglm.tenants.max", 1),
            wholeNumber("autoglm.upstream.max-answer-bytes", 1),
            wholeNumber("autoglm.upstream.max-connections", 1),
            wholeNumber("autoglm.upstream.max-event-bytes", 1),
            wholeNumber("autoglm.upstream.max-waiting", 0));

    /// {@link Routes} asks for it before it asks for anything that works with the settings.
    SettingsCheck(Config config) {
        check(config);
    }

    /// @throws CannotStart for the first setting that makes no sense
    static void check(Config config) {
        RULES.forEach(rule -> rule.check(config));
        notLess(config, "autoglm.chat.max-bodies-bytes", "autoglm.chat.max-body-bytes");
        notLess(config, "autoglm.admission.concurrency.max", "autoglm.admission.concurrency.min");
    }

    private static void notLess(Config config, String setting, String than) {
        Optional<Long> value = config.getOptionalValue(setting, Long.class);
        Optional<Long> least = config.getOptionalValue(than, Long.class);
        if (value.isPresent() && least.isPresent() && value.get() < least.get()) {
            throw new CannotStart(
                    setting + " is " + value.get(), "it must be " + least.get() + " or more, which is " + than);
        }
    }

    private static Rule<Long> wholeNumber(String setting, long least) {
        return new Rule<>(setting, Long.class, value -> value < least ? "it must be " + least + " or more" : null);
    }

    private static Rule<Double> share(String setting) {
        return new Rule<>(setting, Double.class, value -> value >= 0 && value <= 1 ? null : "it must be from 0 to 1");
    }

    private static Rule<Duration> duration(String setting) {
        return duration(setting, LONGEST);
    }

    private static Rule<Duration> duration(String setting, Duration most) {
        return between(setting, Duration.ofMillis(1), "1 ms", most);
    }

    private static Rule<Duration> pause(String setting) {
        return between(setting, Duration.ZERO, "0", LONGEST);
    }

    private static Rule<Duration> wholeSeconds(String setting) {
        return between(setting, Duration.ofSeconds(1), "1 s", LONGEST);
    }

    private static Rule<Duration> between(String setting, Duration least, String leastInWords, Duration most) {
        return new Rule<>(
                setting,
                Duration.class,
                value -> value.compareTo(least) < 0 || value.compareTo(most) > 0
                        ? "it must be from " + leastInWords + " to " + most.toHours() + " h"
                        : null);
    }

    /// Paths are put behind it, so it must not end with a slash.
    private static Rule<String> address(String setting) {
        return new Rule<>(
                setting,
                String.class,
                value -> isHttp(value) && !value.endsWith("/")
                        ? null
                        : "it must be http://host:port or https://host:port, without a slash at its end");
    }

    private static Rule<String> issuer(String setting) {
        return new Rule<>(setting, String.class, value -> isHttp(value) ? null : "it must be an http or https URL");
    }

    private static boolean isHttp(String value) {
        try {
            URI uri = new URI(value);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getPort() <= 65_535;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
