package io.autoglm.context.store;

import io.autoglm.context.conversation.ConversationKey;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// The names of Redis keys. Tenant and id are percent-encoded, so that neither can end the hash tag or look like the
/// other.
record Keys(String meta, String turns, String requests) {

    static Keys of(ConversationKey key) {
        String tag = "autoglm:{" + encoded(key.tenant()) + ":" + encoded(key.id()) + "}:";
        return new Keys(tag + "meta", tag + "turns", tag + "requests");
    }

    static String index(String tenant) {
        return "autoglm:{" + encoded(tenant) + "}:index";
    }

    List<String> all() {
        return List.of(meta, turns, requests);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
