package io.autoglm.inference;

import java.util.HashMap;
import java.util.Map;

/// The same with as many slots as an instance has by default.
public class EightSlotsProfile extends NanoProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
        overrides.put("autoglm.batching.slots", "8");
        return overrides;
    }
}
