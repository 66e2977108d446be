package io.autoglm.inference.repository;

import io.autoglm.inference.Instance;
import io.autoglm.inference.RequestRoom;
import io.autoglm.inference.ServingConfig;
import io.autoglm.inference.batching.BatchingConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.NotificationOptions;
import jakarta.enterprise.util.TypeLiteral;
import java.lang.annotation.Annotation;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/// The models of a service without the service, on the real engine.
public final class Bench implements AutoCloseable {

    final Models models;
    final ServingConfig serving;
    final RequestRoom room = new RequestRoom();
    final MeterRegistry meters = new SimpleMeterRegistry();
    final AtomicInteger changes = new AtomicInteger();

    public Bench(Map<String, String> more) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "autoglm.model.path", "../models/autoglm-nano",
                "autoglm.weight-cache.path", "none",
                "autoglm.batching.slots", "2",
                "autoglm.batching.max-tokens", "256"));
        settings.putAll(more);
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(ServingConfig.class)
                .withMapping(ModelsConfig.class)
                .withMapping(BatchingConfig.class)
                .withValidateUnknown(false);
        settings.forEach(builder::withDefaultValue);
        SmallRyeConfig config = builder.build();
        BatchingConfig batching = config.getConfigMapping(BatchingConfig.class);
        serving = config.getConfigMapping(ServingConfig.class);
        models = new Models(
                serving, config.getConfigMapping(ModelsConfig.class), batching, meters, room, new Counted<>(changes));
    }

    public ModelRepository repository() {
        return models.repository();
    }

    /// The first of the configured models, on its way.
    public CompletableFuture<Loaded> loadFirst() throws InterruptedException {
        return switch (models.askInitially(models.initial().getFirst())) {
            case Asked.Taken taken -> taken.loaded();
            case Asked.Refused refused -> throw new IllegalStateException(refused.why());
        };
    }

    public void unloadFirst() {
        models.unload(models.initial().getFirst().name());
    }

    /// What starts and stops them.
    Lifecycle lifecycle(Instance instance) {
        return new Lifecycle(instance, serving, models, room, new Counted<>(new AtomicInteger()));
    }

    /// A repository with nothing in it.
    public static ModelRepository empty() {
        return new ModelRepository(1, version -> {}, () -> {});
    }

    @Override
    public void close() {
        models.stop().forEach(models::free);
    }

    private record Counted<T>(AtomicInteger count) implements Event<T> {
        @Override
        public void fire(T event) {
            count.incrementAndGet();
        }

        @Override
        public <U extends T> CompletionStage<U> fireAsync(U event) {
            return CompletableFuture.completedStage(event);
        }

        @Override
        public <U extends T> CompletionStage<U> fireAsync(U event, NotificationOptions options) {
            return CompletableFuture.completedStage(event);
        }

        @Override
        public Event<T> select(Annotation... qualifiers) {
            return this;
        }

        @Override
        public <U extends T> Event<U> select(Class<U> subtype, Annotation... qualifiers) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <U extends T> Event<U> select(TypeLiteral<U> subtype, Annotation... qualifiers) {
            throw new UnsupportedOperationException();
        }
    }
}
