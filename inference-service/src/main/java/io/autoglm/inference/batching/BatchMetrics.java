package io.autoglm.inference.batching;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The figures of a model's batch loops, of which there are two while one version replaces another, under
/// vLLM's metric names and buckets (`vllm/v1/metrics/loggers.py`), so that dashboards, autoscalers and
/// endpoint pickers made for vLLM work unchanged. Durations are in seconds.
///
/// Written by the loops' threads, but for {@link #watch}, {@link #unwatch} and {@link #remove}.
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
    private final Counter preemptions;
    private final Counter drafts;
    private final Counter draftTokens;
    private final Counter acceptedTokens;
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
    private final List<BatchLoop> loops = new CopyOnWriteArrayList<>();
    private final List<Meter> meters = new ArrayList<>();

    /// Of loops that are not watched any more. Under this object's lock, so that no steps are counted twice
    /// or not at all while a loop ends.
    private long formerSteps;

    /// @param maxTokens of one sequence; the buckets of token counts follow from it, as vLLM's do
    public BatchMetrics(MeterRegistry registry, String model, int maxTokens) {
        this.registry = registry;
        this.tags = Tags.of("model_name", model, "engine", "0");
        promptTokens = counter("prompt_tokens", tags);
        generationTokens = counter("generation_tokens", tags);
        prefixQueries = counter("prefix_cache_queries", tags);
        prefixHits = counter("prefix_cache_hits", tags);
        preemptions = counter("num_preemptions", tags);
        drafts = counter("spec_decode_num_drafts", tags);
        draftTokens = counter("spec_decode_num_draft_tokens", tags);
        acceptedTokens = counter("spec_decode_num_accepted_tokens", tags);
        finished = Stream.of("stop", "length", "abort", "error")
                .collect(Collectors.toMap(
                        reason -> reason, reason -> counter("request_success", tags.and("finished_reason", reason))));
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
        gauge("num_requests_running", metrics -> metrics.sum(LoopStatus::running));
        gauge("num_requests_waiting", metrics -> metrics.sum(LoopStatus::queued));
        gauge("kv_cache_usage_perc", BatchMetrics::kvUsage);
        keep(FunctionCounter.builder("autoglm:engine_steps", this, BatchMetrics::steps)
                .description("Steps of the engine since start; standing still while requests run means it hangs")
                .tags(tags)
                .register(registry));
    }

    /// Counts the loop in with the figures that are read when they are asked for.
    void watch(BatchLoop loop) {
        loops.add(loop);
    }

    /// The loop has ended.
    synchronized void unwatch(BatchLoop loop) {
        if (loops.remove(loop)) {
            formerSteps += loop.status().steps();
        }
    }

    /// The model is not served any more.
    void remove() {
        meters.forEach(registry::remove);
    }

    void seated(Work work, int reused, long nowNanos) {
        prefixQueries.increment(work.givenTokens());
        prefixHits.increment(reused);
        queueTime.record(NANOS * (nowNanos - work.submittedNanos()));
    }

    void preempted() {
        preemptions.increment();
    }

    /// @param accepted of `count` guessed tokens, how many the model said
    void checked(int count, int accepted) {
        drafts.increment();
        draftTokens.increment(count);
        acceptedTokens.increment(accepted);
    }

    void stepped(int tokens) {
        stepTokens.record(tokens);
    }

    /// @param previousNanos when the token before it came; 0 for the first
    void token(Sequence sequence, long previousNanos, long nowNanos) {
        generationTokens.increment();
        if (sequence.generated() == 1) {
            promptTokens.increment(sequence.work().promptTokens());
            timeToFirstToken.record(NANOS * (nowNanos - sequence.work().submittedNanos()));
        } else {
            interTokenLatency.record(NANOS * (nowNanos - previousNanos));
        }
    }

    /// The prompt of an embedding was read.
    void embedded(Sequence sequence, long nowNanos) {
        promptTokens.increment(sequence.work().promptTokens());
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
            case Ending.Refused(String param, String message) -> "error";
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

    private int sum(ToIntFunction<LoopStatus> figure) {
        return loops.stream().map(BatchLoop::status).mapToInt(figure).sum();
    }

    /// Of the loop that has the least room.
    private double kvUsage() {
        return loops.stream()
                .map(BatchLoop::status)
                .mapToDouble(LoopStatus::kvUsage)
                .max()
                .orElse(0);
    }

    private synchronized double steps() {
        return formerSteps
                + loops.stream()
                        .map(BatchLoop::status)
                        .mapToLong(LoopStatus::steps)
                        .sum();
    }

    private Counter counter(String name, Tags of) {
        return keep(registry.counter("vllm:" + name, of));
    }

    private DistributionSummary histogram(String name, double[] buckets) {
        return keep(DistributionSummary.builder("vllm:" + name)
                .tags(tags)
                .serviceLevelObjectives(buckets)
                .register(registry));
    }

    private void gauge(String name, ToDoubleFunction<BatchMetrics> figure) {
        keep(Gauge.builder("vllm:" + name, this, figure).tags(tags).register(registry));
    }

    private <T extends Meter> T keep(T meter) {
        meters.add(meter);
        return meter;
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
