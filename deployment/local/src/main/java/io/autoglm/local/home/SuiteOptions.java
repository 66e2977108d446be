package io.autoglm.local.home;

import java.nio.file.Path;

/// What a suite is started with.
///
/// @param model     a model directory in Hugging Face layout; whether it is one, the instance says
/// @param instances inference processes
/// @param host      the address that the gateway listens on; all else of the suite stays on loopback
public record SuiteOptions(Path model, int instances, int portOffset, String host) {}
