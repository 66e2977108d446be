package io.autoglm.gateway.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/// Two hundred clients at once.
final class Crowd {
    private static final int CLIENTS = 200;

    /// One of them.
    interface Client {
        /// @param number from 0
        void run(int number) throws Exception;
    }

    private Crowd() {}

    /// Until all have ended; what one throws is thrown.
    static void run(Client client) throws Exception {
        List<Future<@Nullable Void>> clients = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                clients.add(threads.submit(() -> {
                    client.run(number);
                    return null;
                }));
            }
        }
        for (Future<@Nullable Void> each : clients) {
            each.get();
        }
    }
}
