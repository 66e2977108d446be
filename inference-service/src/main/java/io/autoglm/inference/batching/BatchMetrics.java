package io.autoglm.inference.batching;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The batch loop's figures under vLLM's metric names and buckets (`vllm/v1/metrics/loggers.py`), so that dashboards,
/// autoscalers and endpoint pickers made for vLLM work unchanged. Durations are in seconds.
///
/// Written by the loop's thread only, but for {@link #watch}.
public final class BatchMetrics {

    private static final double[] TTFT = {
        .001, .005, .01, .02, .04, .06, .08, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640, 2560
    };
    private static final double[] PER_TOKEN = {
        .01, .025, .05, .075, .1, .15, .2, .3, .4, .5, .75, 1, 2.5, 5, 7.5, 10, 20, 40, 80
    };
    private static final double[] REQUEST = {
        .3, .5, .8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680
    };
    private static final double[] STEP_TOKENS = {1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384};
    private static final double NANOS = 1e-9;

    private final MeterRegistry registry;
    private final Tags tags;
    private final Counter promptTokens;
    private final Counter generationTokens;
    private final Counter prefixQueries;
    private final Counter prefixHits;
    private final Map<String, Counter> finished;
    private final DistributionSummary stepTokens;
    private final DistributionSummary requestPromptTokens;
    private final DistributionSummary requestGenerationTokens;
    private final DistributionSummary requestMaxTokens;
    private final DistributionSummary timeToFirstToken;
    private final DistributionSummary interTokenLatency;
    private final DistributionSummary timePerOutputToken;
    private final DistributionSummary e2eLatency;
    private final DistributionSummary queueTime;
    private final DistributionSummary inferenceTime;
    private final DistributionSummary prefillTime;
    private final DistributionSummary decodeTime;

    /// @param maxTokens of one sequence; the buckets of token counts follow from it, as vLLM's do
    public BatchMetrics(MeterRegistry registry, String model, int maxTokens) {
        this.registry = registry;
        this.tags = Tags.of("model_name", model, "engine", "0");
        promptTokens = registry.counter("vllm:prompt_tokens", tags);
        generationTokens = registry.counter("vllm:generation_tokens", tags);
        prefixQueries = registry.counter("vllm:prefix_cache_queries", tags);
        prefixHits = registry.counter("vllm:prefix_cache_hits", tags);
        registry.counter("vllm:num_preemptions", tags);
        finished = Stream.of("stop", "length", "abort", "error")
                .collect(Collectors.toMap(
                        reason -> reason,
                        reason -> registry.counter("vllm:request_success", tags.and("finished_reason", reason))));
        double[] tokenCounts = oneTwoFive(maxTokens);
        stepTokens = histogram("iteration_tokens_total", STEP_TOKENS);
        requestPromptTokens = histogram("request_prompt_tokens", tokenCounts);
        requestGenerationTokens = histogram("request_generation_tokens", tokenCounts);
        requestMaxTokens = histogram("request_params_max_tokens", tokenCounts);
        timeToFirstToken = histogram("time_to_first_token_seconds", TTFT);
        interTokenLatency = histogram("inter_token_latency_seconds", PER_TOKEN);
        timePerOutputToken = histogram("time_per_output_token_seconds", PER_TOKEN);
        e2eLatency = histogram("e2e_request_latency_seconds", REQUEST);
        queueTime = histogram("request_queue_time_seconds", REQUEST);
        inferenceTime = histogram("request_inference_time_seconds", REQUEST);
        prefillTime = histogram("request_prefill_time_seconds", REQUEST);
        decodeTime = histogram("request_decode_time_seconds", REQUEST);
    }

    /// Registers the figures that are read when they are asked for.
    public void watch(BatchLoop loop) {
        gauge("num_requests_running", loop, LoopStatus::running);
        gauge("num_requests_waiting", loop, LoopStatus::queued);
        gauge("kv_cache_usage_perc", loop, LoopStatus::kvUsage);
        FunctionCounter.builder(
                        "autoglm:engine_steps",
                        loop,
                        watched -> watched.status().steps())
                .description("Steps of the engine since start; standing still while requests run means it hangs")
                .tags(tags)
                .register(registry);
    }

    void seated(Work work, int reused, long nowNanos) {
        prefixQueries.increment(work.promptTokens());
        prefixHits.increment(reused);
        queueTime.record(NANOS * (nowNanos - work.submittedNanos()));
    }

    void stepped(int tokens) {
        stepTokens.record(tokens);
    }

    /// @param previousNanos when the token before it came; 0 for the first
    void token(Sequence sequence, long previousNanos, long nowNanos) {
        generationTokens.increment();
        if (sequence.generated() == 1) {
            promptTokens.increment(sequence.prompt().length);
            timeToFirstToken.record(NANOS * (nowNanos - sequence.work().submittedNanos()));
        } else {
            interTokenLatency.record(NANOS * (nowNanos - previousNanos));
        }
    }

    /// The prompt of an embedding was read.
    void embedded(Sequence sequence, long nowNanos) {
        promptTokens.increment(sequence.prompt().length);
        inferenceTime.record(NANOS * (nowNanos - sequence.seatedNanos()));
        prefillTime.record(NANOS * (nowNanos - sequence.seatedNanos()));
    }

    /// @param sequence null when it never had a slot
    void ended(Work work, @Nullable Sequence sequence, Ending ending, long nowNanos) {
        String reason = switch (ending) {
            case Ending.Stopped() -> "stop";
            case Ending.LengthReached() -> "length";
            case Ending.Cancelled() -> "abort";
            case Ending.Expired(boolean started) -> "abort";
            case Ending.Failed(String message) -> "error";
        };
        Counter counter = finished.get(reason);
        if (counter != null) {
            counter.increment();
        }
        e2eLatency.record(NANOS * (nowNanos - work.submittedNanos()));
        requestPromptTokens.record(work.promptTokens());
        if (work instanceof Generation) {
            requestMaxTokens.record(work.maxTokens());
        }
        if (sequence == null || sequence.generated() == 0) {
            return;
        }
        requestGenerationTokens.record(sequence.generated());
        inferenceTime.record(NANOS * (sequence.lastTokenNanos() - sequence.seatedNanos()));
        prefillTime.record(NANOS * (sequence.firstTokenNanos() - sequence.seatedNanos()));
        long decodeNanos = sequence.lastTokenNanos() - sequence.firstTokenNanos();
        decodeTime.record(NANOS * decodeNanos);
        if (sequence.generated() > 1) {
            timePerOutputToken.record(NANOS * decodeNanos / (sequence.generated() - 1));
        }
    }

    private DistributionSummary histogram(String name, double[] buckets) {
        return DistributionSummary.builder("vllm:" + name)
                .tags(tags)
                .serviceLevelObjectives(buckets)
                .register(registry);
    }

    private void gauge(String name, BatchLoop loop, ToDoubleFunction<LoopStatus> figure) {
        Gauge.builder("vllm:" + name, loop, watched -> figure.applyAsDouble(watched.status()))
                .tags(tags)
                .register(registry);
    }

    /// 1, 2, 5, 10, 20, 50 … up to `max`.
    private static double[] oneTwoFive(int max) {
        return Stream.iterate(1L, decade -> decade <= max, decade -> decade * 10)
                .flatMap(decade -> Stream.of(decade, 2 * decade, 5 * decade))
                .filter(bound -> bound <= max)
                .mapToDouble(Long::doubleValue)
                .toArray();
    }
}
