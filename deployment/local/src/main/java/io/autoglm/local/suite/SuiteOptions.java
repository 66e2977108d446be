package io.autoglm.local.suite;

import java.nio.file.Path;

/// What `up` was asked for.
///
/// @param model     a model directory in Hugging Face layout; whether it is one, the instance says
/// @param instances inference processes
public record SuiteOptions(Path model, int instances, int portOffset) {}
