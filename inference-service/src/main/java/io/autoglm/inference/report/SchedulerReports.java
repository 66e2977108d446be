package io.autoglm.inference.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.Instance;
import io.autoglm.inference.Life;
import io.autoglm.inference.ServingConfig;
import io.autoglm.inference.repository.ModelRepository;
import io.autoglm.inference.repository.Models;
import io.autoglm.inference.repository.ModelsChanged;
import io.autoglm.protocol.Headers;
import io.autoglm.protocol.placement.InstanceReport;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/// Tells the scheduler how the instance is, each 500 ms from the moment the process is up, and at once when
/// its life or its models change. One report at a time, so that they arrive in order, and the farewell last.
/// A scheduler that is away is no reason to stop: it is logged once, and told again when it is back.
@ApplicationScoped
public class SchedulerReports {

    private static final Logger LOG = Logger.getLogger(SchedulerReports.class);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(2);
    private static final Duration BEHIND_ANOTHER = ANSWER_WITHIN.multipliedBy(2);

    private final Vertx vertx;
    private final Instance instance;
    private final Supplier<ModelRepository> models;
    private final ReportConfig config;
    private final ServingConfig serving;
    private final ObjectMapper json;
    private final HttpClient client;
    private final AtomicBoolean away = new AtomicBoolean();

    /// The end of what is under way and of what waits behind it; with the two flags, under this object's
    /// lock.
    private Future<HttpClientResponse> last = Future.succeededFuture();

    private boolean waiting;
    private boolean gone;

    /// Written once at start, read by the thread that stops the process.
    private volatile long ticks = -1;

    @Inject
    SchedulerReports(
            Vertx vertx,
            Instance instance,
            Models models,
            ReportConfig config,
            ServingConfig serving,
            ObjectMapper json) {
        this(vertx, instance, models::repository, config, serving, json);
    }

    SchedulerReports(
            Vertx vertx,
            Instance instance,
            Supplier<ModelRepository> models,
            ReportConfig config,
            ServingConfig serving,
            ObjectMapper json) {
        this.vertx = vertx;
        this.instance = instance;
        this.models = models;
        this.config = config;
        this.serving = serving;
        this.json = json;
        this.client = vertx.createHttpClient(
                new HttpClientOptions().setMaxPoolSize(2).setConnectTimeout(Math.toIntExact(ANSWER_WITHIN.toMillis())));
    }

    void start(@Observes StartupEvent started) {
        if (config.scheduler().url().isPresent()) {
            ticks = vertx.setPeriodic(0, config.scheduler().reportInterval().toMillis(), tick -> tick());
        }
    }

    /// The last words, before the process exits, are waited for.
    void changed(@Observes Life life) {
        switch (life) {
            case Life.Unservable unservable -> await(tell());
            case Life.Stopped() -> {
                vertx.cancelTimer(ticks);
                await(sayGoodbye());
            }
            case Life.Starting() -> tell();
            case Life.Ready ready -> tell();
            case Life.Draining draining -> await(tell());
        }
    }

    void changed(@Observes ModelsChanged models) {
        tell();
    }

    private synchronized void tick() {
        if (last.isComplete()) {
            tell();
        }
    }

    /// Now, or right behind what is under way; one report that waits tells all that happens until it is sent.
    private synchronized Future<HttpClientResponse> tell() {
        if (gone || waiting) {
            return last;
        }
        waiting = true;
        last = last.transform(before -> {
            synchronized (this) {
                waiting = false;
                return send(HttpMethod.PUT);
            }
        });
        return last;
    }

    private synchronized Future<HttpClientResponse> sayGoodbye() {
        gone = true;
        last = last.transform(before -> send(HttpMethod.DELETE));
        return last;
    }

    private Future<HttpClientResponse> send(HttpMethod method) {
        URI scheduler = config.scheduler().url().orElse(null);
        if (scheduler == null) {
            return Future.succeededFuture();
        }
        RequestOptions options = new RequestOptions()
                .setMethod(method)
                .setAbsoluteURI(scheduler
                        .resolve("/v1/instances/" + config.instance().id())
                        .toString())
                .setTimeout(ANSWER_WITHIN.toMillis())
                .putHeader("content-type", "application/json");
        serving.internalToken().ifPresent(token -> options.putHeader(Headers.INTERNAL_TOKEN, token));
        Buffer body = method.equals(HttpMethod.PUT) ? body() : Buffer.buffer();
        return client.request(options)
                .compose(request -> request.send(body))
                .onSuccess(answer -> answered(answer.statusCode()))
                .onFailure(this::failed);
    }

    private Buffer body() {
        String url = config.instance().url().orElse("http://" + serving.host() + ":" + serving.port());
        Reports.Self self = new Reports.Self(config.instance().id(), url, serving.engine());
        InstanceReport report = Reports.of(instance, models.get(), self);
        try {
            return Buffer.buffer(json.writeValueAsBytes(report));
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void answered(int status) {
        if (status >= 300) {
            failed(new IllegalStateException("status " + status));
        } else if (away.compareAndSet(true, false)) {
            LOG.info("scheduler is back");
        }
    }

    private void failed(Throwable cause) {
        if (away.compareAndSet(false, true)) {
            LOG.warnf("scheduler does not take reports, going on without it cause=%s", cause.getMessage());
        }
    }

    private static void await(Future<HttpClientResponse> sent) {
        try {
            sent.toCompletionStage().toCompletableFuture().get(BEHIND_ANOTHER.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("last report was not taken", e);
        }
    }
}
