package io.autoglm.local.supervision;

import io.autoglm.local.json.Json;
import io.autoglm.local.network.Loopback;
import java.util.Map;
import java.util.StringJoiner;

/// A health endpoint in the shape of MicroProfile Health: 200 or 503, with the checks that are down in its body.
public record HttpProbe(String url) implements Probe {

    private static final int TIMEOUT_MILLIS = 2_000;

    @Override
    public Health check() {
        Loopback.Answer answer = Loopback.get(url, Map.of(), TIMEOUT_MILLIS);
        if (answer.isOk()) return new Health.Healthy();
        if (answer.status() == 0) return new Health.Silent(answer.body());
        return new Health.Unready(checksThatAreDown(answer));
    }

    private static String checksThatAreDown(Loopback.Answer answer) {
        StringJoiner down = new StringJoiner(", ");
        down.setEmptyValue("its health answers " + answer.status());
        try {
            for (Json check : Json.parse(answer.body()).at("checks").items()) {
                if ("UP".equals(check.at("status").text())) continue;
                String reason = check.at("data").at("reason").text();
                down.add(check.at("name").text("a check") + " is down" + (reason == null ? "" : " (" + reason + ")"));
            }
        } catch (IllegalArgumentException notJson) {
            return "its health answers " + answer.status();
        }
        return down.toString();
    }
}
