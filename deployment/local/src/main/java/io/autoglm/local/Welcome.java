package io.autoglm.local;

import io.autoglm.local.home.Home;
import io.autoglm.local.home.KeysFile;
import io.autoglm.local.home.SuiteOptions;
import io.autoglm.local.network.Gateway;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// What `up` says when all is up: where it is, the key, and a command to paste.
record Welcome(Home home, SuiteOptions options, KeysFile keys, boolean detached) {

    String text(Duration took) throws IOException {
        Gateway gateway = Gateway.of(home, options);
        String key = keys.toTell(gateway.key());
        return """

                AutoGLM Serving is up after %3$d s.
                  base URL   %1$s/v1
                  API key    %2$s
                  API docs   %1$s/docs

                  curl -N %1$s/v1/chat/completions -H "Authorization: Bearer %6$s" -H 'Content-Type: application/json' \\
                    -d '{"model":"%4$s","stream":true,"messages":[{"role":"user","content":"Hello! Who are you?"}]}'

                %5$s
                """.formatted(
                        gateway.url(),
                        key,
                        took.toSeconds(),
                        model(gateway),
                        advice(),
                        key.equals(gateway.key()) ? key : "$AUTOGLM_KEY");
    }

    /// The suite is up, whatever the gateway says to our key: a file of the user's own may not hold it.
    private String model(Gateway gateway) {
        try {
            Optional<String> served = gateway.models().stream().findFirst();
            if (served.isPresent()) return served.get();
        } catch (IOException untold) {
            return nameOfFolder();
        }
        return nameOfFolder();
    }

    private String nameOfFolder() {
        Path name = options.model().getFileName();
        return name == null ? options.model().toString() : name.toString();
    }

    private String advice() {
        return detached
                ? "%s talks to it, %s stops it.".formatted(options.command("chat"), options.command("down"))
                : "%s talks to it from another terminal. Ctrl-C stops it.".formatted(options.command("chat"));
    }
}
