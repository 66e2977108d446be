package io.autoglm.gateway.chat;

import io.autoglm.gateway.continuation.ContinuationConfig;
import io.autoglm.gateway.errors.ProblemWriter;
import io.autoglm.gateway.placement.Placement;
import io.autoglm.gateway.placement.Snapshot;
import io.autoglm.gateway.recall.Recall;
import io.autoglm.gateway.upstream.InstanceClient;
import io.vertx.core.Vertx;
import jakarta.inject.Singleton;
import java.util.function.LongSupplier;

/// What every completion works with.
@Singleton
record Services(
        Vertx vertx,
        Recall recall,
        Placement placement,
        Snapshot snapshot,
        InstanceClient instances,
        ProblemWriter problems,
        GenerationMetrics metrics,
        LongSupplier nanoClock,
        ChatConfig config,
        ContinuationConfig continuation) {}
