package io.autoglm.gateway.queue;

import io.autoglm.gateway.placement.Instances;
import io.autoglm.gateway.placement.Snapshot;
import io.autoglm.gateway.policy.PriorityClass;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The rooms of all models that exist. Safe from any thread; whoever waits is told on the context on which it
/// came.
@Singleton
public final class WaitingRooms {
    /// A request that waits.
    public interface Place {
        /// Its client has gone: it waits no more, and is told nothing. Changes nothing once it was told.
        void leave();
    }

    private static final Place NOWHERE = () -> {};

    private final ConcurrentHashMap<String, ModelRoom> rooms = new ConcurrentHashMap<>();
    private final Map<PriorityClass, Bounds> bounds = new EnumMap<>(PriorityClass.class);
    private final ConcurrencyConfig concurrency;
    private final Snapshot snapshot;
    private final QueueMetrics metrics;
    private final LongSupplier nanoClock;
    private final Vertx vertx;
    private volatile boolean draining;

    WaitingRooms(
            ConcurrencyConfig concurrency,
            QueueConfig queue,
            Snapshot snapshot,
            QueueMetrics metrics,
            LongSupplier nanoClock,
            Vertx vertx) {
        this.concurrency = concurrency;
        this.snapshot = snapshot;
        this.metrics = metrics;
        this.nanoClock = nanoClock;
        this.vertx = vertx;
        for (PriorityClass priority : PriorityClass.values()) {
            bounds.put(priority, Bounds.of(queue, priority));
        }
        snapshot.onChange(this::forget);
    }

    /// Other gateways can take those that wait.
    void drain(@Observes ShutdownDelayInitiatedEvent event) {
        draining = true;
        rooms.values().forEach(room -> room.waiting().forEach(waiter -> room.leave(waiter, Turn.Reason.DRAIN)));
    }

    /// @param tokens that the request is thought to cost
    /// @param told   once, before or after this returns
    public Place enter(String model, String tenant, PriorityClass priority, long tokens, Consumer<Turn> told) {
        @Nullable ModelRoom room = room(model);
        if (room == null) {
            told.accept(new Turn.Go(Slot.FREE));
            return NOWHERE;
        }
        Context context = vertx.getOrCreateContext();
        boolean[] inside = {true};
        long[] timer = {-1};
        Consumer<Turn> onContext = turn -> {
            // Only this thread has this context, so nobody else asks the second.
            if (context.equals(Vertx.currentContext()) && inside[0]) {
                told.accept(turn);
            } else {
                context.runOnContext(now -> {
                    vertx.cancelTimer(timer[0]);
                    told.accept(turn);
                });
            }
        };
        Waiter waiter = new Waiter(tenant, priority, tokens, nanoClock.getAsLong(), onContext);
        boolean waits = room.enter(waiter);
        inside[0] = false;
        if (!waits) {
            return NOWHERE;
        }
        long millis = Objects.requireNonNull(bounds.get(priority)).timeout().toMillis();
        timer[0] = vertx.setTimer(Math.max(1, millis), late -> room.leave(waiter, Turn.Reason.TIMEOUT));
        if (draining) {
            room.leave(waiter, Turn.Reason.DRAIN);
        }
        return () -> {
            vertx.cancelTimer(timer[0]);
            room.leave(waiter, null);
        };
    }

    /// Null where requests are not limited: by the settings, or because nobody knows the model, so that there
    /// are no more rooms than models.
    private @Nullable ModelRoom room(String model) {
        if (concurrency.policy() == ConcurrencyConfig.Policy.NONE
                || snapshot.instances().maxModelTokens(model).isEmpty()) {
            return null;
        }
        return rooms.computeIfAbsent(model, name -> new ModelRoom(limit(name), bounds, nanoClock, metrics));
    }

    private ConcurrencyLimit limit(String model) {
        return switch (concurrency.policy()) {
            case GRADIENT -> new GradientLimit(concurrency.base(), concurrency.min(), concurrency.max());
            case LOAD, NONE ->
                new LoadLimit(concurrency.base(), () -> snapshot.instances().freeShare(model));
        };
    }

    private void forget(Instances instances) {
        rooms.forEach((model, room) -> {
            if (instances.maxModelTokens(model).isEmpty() && room.isEmpty()) {
                rooms.remove(model, room);
            }
        });
    }
}
