package io.autoglm.gateway;

import io.autoglm.service.LastWords;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;

/// Starts the service; when that fails, says so in one line on stderr.
@QuarkusMain
public final class Main {
    private Main() {}

    public static void main(String... arguments) {
        Quarkus.run(null, (code, failure) -> LastWords.exit("gateway-service", code, failure), arguments);
    }
}
