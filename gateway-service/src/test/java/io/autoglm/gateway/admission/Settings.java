package io.autoglm.gateway.admission;

import java.time.Duration;

/// Settings of admission for tests: the defaults, and what a test wants otherwise.
record Settings(int maxAccounts, Duration timeout, Duration heartbeat, Duration lease, int maxUnsettled)
        implements AdmissionConfig {
    static final Settings QUICK =
            new Settings(1_000, Duration.ofMillis(500), Duration.ofMillis(100), Duration.ofSeconds(30), 10_000);

    /// For what is to be counted in Redis, however busy the machine is.
    static final Settings PATIENT =
            new Settings(QUICK.maxAccounts, Duration.ofSeconds(10), QUICK.heartbeat, QUICK.lease, QUICK.maxUnsettled);

    Settings lease(Duration other) {
        return new Settings(maxAccounts, timeout, heartbeat, other, maxUnsettled);
    }
}
