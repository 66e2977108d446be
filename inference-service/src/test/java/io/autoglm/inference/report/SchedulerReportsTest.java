package io.autoglm.inference.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.autoglm.inference.Instance;
import io.autoglm.inference.Life;
import io.autoglm.inference.ServingConfig;
import io.autoglm.inference.repository.Bench;
import io.quarkus.runtime.StartupEvent;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SchedulerReportsTest {

    /// What happened, in order.
    private final List<String> seen = new CopyOnWriteArrayList<>();

    private final Semaphore gate = new Semaphore(0);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Vertx vertx = Vertx.vertx();

    @SuppressWarnings("NullAway.Init") // made before each test
    private HttpServer scheduler;

    @SuppressWarnings("NullAway.Init") // made before each test
    private SchedulerReports reports;

    @BeforeEach
    void start() throws IOException {
        scheduler = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        scheduler.setExecutor(threads);
        scheduler.createContext("/v1/instances/inference-1", this::take);
        scheduler.start();
        SmallRyeConfig config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(ServingConfig.class)
                .withMapping(ReportConfig.class)
                .withDefaultValue(
                        "autoglm.scheduler.url",
                        "http://127.0.0.1:" + scheduler.getAddress().getPort())
                .withDefaultValue("autoglm.scheduler.report-interval", "1h")
                .withValidateUnknown(false)
                .build();
        reports = new SchedulerReports(
                vertx,
                new Instance(),
                Bench::empty,
                config.getConfigMapping(ReportConfig.class),
                config.getConfigMapping(ServingConfig.class),
                new ObjectMapper());
    }

    @AfterEach
    void stop() {
        gate.release(1000);
        scheduler.stop(0);
        threads.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void take(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        seen.add(method + " came");
        gate.acquireUninterruptibly();
        seen.add(method + " is answered");
        exchange.sendResponseHeaders(204, -1);
        exchange.close();
    }

    @Test
    void the_farewell_comes_when_the_report_before_it_has_arrived() throws InterruptedException {
        reports.start(new StartupEvent());
        await().until(() -> seen.equals(List.of("PUT came")));

        Thread leaving = Thread.ofPlatform().start(() -> reports.changed(new Life.Stopped()));
        await().until(() -> leaving.getState() == Thread.State.TIMED_WAITING);
        gate.release(1000);
        leaving.join();

        assertThat(seen).containsExactly("PUT came", "PUT is answered", "DELETE came", "DELETE is answered");
    }

    @Test
    void a_change_that_happens_during_a_report_is_told_right_behind_it() {
        reports.start(new StartupEvent());
        await().until(() -> seen.equals(List.of("PUT came")));

        reports.changed(new Life.Starting());
        reports.changed(new Life.Starting());
        gate.release(1000);

        await().until(() -> seen.equals(List.of("PUT came", "PUT is answered", "PUT came", "PUT is answered")));
    }

    @Test
    void after_the_farewell_nothing_is_told() {
        gate.release(1000);
        reports.changed(new Life.Stopped());
        reports.changed(new Life.Starting());
        reports.changed(new Life.Stopped());

        assertThat(seen).isNotEmpty().allMatch(what -> what.startsWith("DELETE"));
    }
}
