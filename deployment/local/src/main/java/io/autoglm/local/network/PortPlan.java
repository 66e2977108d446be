package io.autoglm.local.network;

import java.util.ArrayList;
import java.util.List;

/// Which port each part listens on. Gateway, scheduler and context have their health and metrics on a second port,
/// 1000 above the first.
///
/// @param offset added to every port, so that several suites stand side by side
public record PortPlan(int offset) {

    /// The instances stand on 8000 … 8063, below the gateway.
    public static final int MAX_INSTANCES = 64;
    /// Keeps the highest port, 9082, below 65536.
    public static final int MAX_OFFSET = 56_000;

    public PortPlan {
        if (offset < 0 || offset > MAX_OFFSET) {
            throw new IllegalArgumentException("the port offset must be 0 to " + MAX_OFFSET + ", not " + offset);
        }
    }

    public int gateway() {
        return 8080 + offset;
    }

    public int scheduler() {
        return 8081 + offset;
    }

    public int context() {
        return 8082 + offset;
    }

    /// Not Redis' usual 6379: a Redis that is there already is nobody's mistake.
    public int redis() {
        return 8079 + offset;
    }

    public int management(int port) {
        return port + 1000;
    }

    public int firstInstance() {
        return 8000 + offset;
    }

    public String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    /// All that a suite of that many instances listens on.
    public List<Integer> all(int instances) {
        List<Integer> ports = new ArrayList<>();
        for (int service : new int[] {gateway(), scheduler(), context()}) {
            ports.add(service);
            ports.add(management(service));
        }
        for (int i = 0; i < instances; i++) ports.add(firstInstance() + i);
        return ports;
    }
}
