package io.autoglm.gateway.placement;

import io.autoglm.gateway.http.ControlClient;
import io.autoglm.gateway.http.ControlClient.Reply;
import io.autoglm.gateway.http.ControlClient.Service;
import io.autoglm.protocol.ApiError;
import io.autoglm.protocol.Headers;
import io.autoglm.protocol.placement.Lease;
import io.autoglm.protocol.placement.LeaseOutcome;
import io.autoglm.protocol.placement.LeaseOutcome.Result;
import io.autoglm.protocol.placement.LeaseRequest;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.TypedGuard;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import jakarta.enterprise.util.TypeLiteral;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// Takes leases and gives them back. A circuit breaker stands before the scheduler, so that a dead or hanging
/// one costs a timeout a few times and nothing after that.
@Singleton
class SchedulerClient {
    private static final Logger LOG = Logger.getLogger(SchedulerClient.class);
    /// Nobody waits for a release, but an instance whose leases are not given back seems busy until they
    /// expire. So it has time, and is repeated a little later each time; a scheduler that restarts is back
    /// within that.
    private static final int RELEASE_TRIES = 5;

    private static final long RELEASE_PAUSE_MILLIS = 1_000;
    /// How much longer than its timeout an answer is listened for: a lease that comes too late is given back.
    private static final Duration LISTEN = Duration.ofSeconds(5);

    private static final LeaseOutcome UNUSED = new LeaseOutcome(Result.REFUSED, null, null, null, 0);

    /// What the scheduler says to a request for a lease.
    sealed interface Answer {
        record Decided(Placed placed) implements Answer {}

        /// It has just started and waits for the instances to report: it cannot say yet who is there.
        record Settling() implements Answer {}
    }

    private final ControlClient client;
    private final Service scheduler;
    private final Service patient;
    private final TypedGuard<CompletionStage<Reply>> breaker;

    SchedulerClient(PlacementConfig config, ControlClient client) {
        this.client = client;
        this.scheduler = new Service(config.url(), config.timeout());
        this.patient = new Service(config.url(), config.timeout().plus(LISTEN));
        this.breaker = TypedGuard.create(new TypeLiteral<CompletionStage<Reply>>() {})
                .withDescription("scheduler")
                .withCircuitBreaker()
                .requestVolumeThreshold(config.breakerVolume())
                .failureRatio(0.5)
                .delay(config.retryAfter().toMillis(), ChronoUnit.MILLIS)
                .successThreshold(1)
                .onStateChange(SchedulerClient::note)
                .done()
                .build();
    }

    /// Fails when the scheduler is away: no answer, an answer that makes no sense, or the breaker is open.
    ///
    /// @param waitMillis how long the request may take; the lease lives a little longer
    Future<Answer> lease(LeaseRequest request, long waitMillis) {
        CompletionStage<Reply> guarded = breaker.get(
                () -> ask(request, waitMillis).compose(SchedulerClient::sane).toCompletionStage());
        return Future.fromCompletionStage(guarded, client.vertx().getOrCreateContext())
                .compose(this::answer);
    }

    /// A lease that comes too late to be used is given back, or its instance would seem busy until the lease
    /// ends.
    private Future<Reply> ask(LeaseRequest request, long waitMillis) {
        Future<Reply> answer = client.call(
                patient,
                HttpMethod.POST,
                "/v1/leases",
                Map.of(Headers.TIMEOUT_MILLIS, Long.toString(waitMillis)),
                request);
        Future<Reply> inTime = answer.timeout(scheduler.timeout().toMillis(), TimeUnit.MILLISECONDS);
        return inTime.onFailure(late -> answer.compose(this::answer).onSuccess(said -> {
            if (said instanceof Answer.Decided(Placed.Granted(Ticket ticket))) {
                ticket.release(UNUSED);
            }
        }));
    }

    private Future<Answer> answer(Reply reply) {
        return switch (reply.status()) {
            case 404 -> Future.succeededFuture(new Answer.Decided(new Placed.UnknownModel()));
            case 503 -> Future.succeededFuture(refusal(reply));
            default -> granted(reply);
        };
    }

    private Answer refusal(Reply reply) {
        return settling(reply)
                ? new Answer.Settling()
                : new Answer.Decided(
                        new Placed.NoCapacity("No instance of this model can take a request now.", seconds(reply)));
    }

    private boolean settling(Reply reply) {
        try {
            ApiError error = client.read(reply, ApiError.class);
            return error != null
                    && error.error() != null
                    && "settling".equals(error.error().code());
        } catch (IOException e) {
            return false;
        }
    }

    private Future<Answer> granted(Reply reply) {
        try {
            Lease lease = client.read(reply, Lease.class);
            return Future.succeededFuture(new Answer.Decided(new Placed.Granted(new Ticket(
                    lease.instance(), lease.alternatives(), null, outcome -> release(lease, outcome, RELEASE_TRIES)))));
        } catch (IOException | RuntimeException e) {
            return Future.failedFuture(new IOException("a lease could not be read", e));
        }
    }

    /// Only what the scheduler has heard is given back; that it does not know the lease (404) ends it too.
    private void release(Lease lease, LeaseOutcome outcome, int tries) {
        client.call(patient, HttpMethod.DELETE, "/v1/leases/" + lease.id(), Map.of(), outcome)
                .compose(reply -> reply.ok() || reply.status() == 404
                        ? Future.succeededFuture()
                        : Future.failedFuture("status " + reply.status()))
                .onFailure(e -> {
                    if (tries > 1) {
                        long pauseMillis = RELEASE_PAUSE_MILLIS * (1 + RELEASE_TRIES - tries);
                        client.vertx().setTimer(pauseMillis, again -> release(lease, outcome, tries - 1));
                    } else {
                        LOG.warnf(
                                "lease was not given back, it will expire lease=%s deadline=%s reason=%s",
                                lease.id(), lease.deadline(), e.getMessage());
                    }
                });
    }

    /// What only a working scheduler says; everything else counts against it.
    private static Future<Reply> sane(Reply reply) {
        return switch (reply.status()) {
            case 200, 201, 404, 503 -> Future.succeededFuture(reply);
            default -> Future.failedFuture(new IOException("the scheduler answered a lease with " + reply.status()));
        };
    }

    private static long seconds(Reply reply) {
        String header = reply.retryAfter();
        return header != null && header.matches("[0-9]{1,6}") ? Math.max(1, Long.parseLong(header)) : 1;
    }

    private static void note(CircuitBreakerState state) {
        LOG.infof("scheduler breaker state=%s", state);
    }
}
