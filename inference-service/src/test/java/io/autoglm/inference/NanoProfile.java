package io.autoglm.inference;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.List;
import java.util.Map;

/// The service with the model that is shipped, on a free port, reporting to a {@link FakeScheduler}.
public class NanoProfile implements QuarkusTestProfile {

    public static final String TOKEN = "a token of the tests";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "quarkus.http.test-port", "0",
                "autoglm.model.path", "../models/autoglm-nano",
                "autoglm.internal-token", TOKEN,
                "autoglm.max-body", "1M",
                "autoglm.batching.slots", "4");
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(FakeScheduler.class));
    }
}
