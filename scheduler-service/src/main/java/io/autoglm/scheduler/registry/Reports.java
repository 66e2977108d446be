package io.autoglm.scheduler.registry;

import io.autoglm.protocol.placement.InstanceReport;
import io.autoglm.protocol.placement.ModelLoad;
import io.autoglm.protocol.placement.ServedModel;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Judges a report that came over the wire before anything believes it.
public final class Reports {
    private Reports() {}

    private static final int MAX_MODELS = 64;
    private static final int MAX_REASON = 500;
    private static final int MAX_PORT = 65_535;

    /// A report is well-formed, or a field of it is at fault.
    public sealed interface Judged {
        record Sound(InstanceReport report) implements Judged {}

        record Faulty(String field, String message) implements Judged {}
    }

    /// Lists that are absent become empty, an over-long reason is cut, and the URL loses its trailing slash.
    public static Judged judge(String id, InstanceReport report) {
        Judged.Faulty fault = firstFault(id, report);
        return fault != null ? fault : new Judged.Sound(normalised(report));
    }

    private static Judged.@Nullable Faulty firstFault(String id, InstanceReport report) {
        if (!InstanceIds.isValid(id)) {
            return new Judged.Faulty("id", "must be 1 to 128 letters, digits, '.', '-' or '_'");
        }
        if (!id.equals(report.id())) {
            return new Judged.Faulty("id", "must be the id in the path, '" + id + "'");
        }
        if (report.incarnation() == null || report.incarnation().isBlank()) {
            return new Judged.Faulty("incarnation", "must be given");
        }
        if (report.url() == null || !isHttp(report.url())) {
            return new Judged.Faulty(
                    "url", "must be http://host:port or https://host:port, without user, path, query and fragment");
        }
        if (report.state() == null) {
            return new Judged.Faulty("state", "must be given");
        }
        if (report.slots() < 0 || report.running() < 0 || report.queued() < 0 || report.steps() < 0) {
            return new Judged.Faulty("slots", "slots, running, queued and steps must be 0 or more");
        }
        if (!(report.kvUsage() >= 0 && report.kvUsage() <= 1)) {
            return new Judged.Faulty("kvUsage", "must be between 0 and 1");
        }
        return modelFault(report.models());
    }

    private static Judged.@Nullable Faulty modelFault(@Nullable List<ServedModel> models) {
        if (models == null) {
            return null;
        }
        if (models.size() > MAX_MODELS) {
            return new Judged.Faulty("models", "must be " + MAX_MODELS + " at most");
        }
        boolean named = models.stream()
                .allMatch(model ->
                        model != null && model.id() != null && !model.id().isBlank());
        if (!named) {
            return new Judged.Faulty("models", "every model must have an id");
        }
        return models.stream().allMatch(model -> isSound(model.load()))
                ? null
                : new Judged.Faulty("models", "the load of a model must be 0 or more, its kvUsage between 0 and 1");
    }

    private static boolean isSound(@Nullable ModelLoad load) {
        return load == null
                || (load.slots() >= 0
                        && load.running() >= 0
                        && load.queued() >= 0
                        && load.steps() >= 0
                        && load.kvUsage() >= 0
                        && load.kvUsage() <= 1);
    }

    private static boolean isHttp(String url) {
        try {
            URI uri = new URI(url);
            return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && (uri.getPort() == -1 || (uri.getPort() >= 1 && uri.getPort() <= MAX_PORT))
                    && uri.getRawUserInfo() == null
                    && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
                    && uri.getRawQuery() == null
                    && uri.getRawFragment() == null;
        } catch (URISyntaxException notOne) {
            return false;
        }
    }

    private static InstanceReport normalised(InstanceReport report) {
        String url = report.url();
        String reason = report.reason();
        return new InstanceReport(
                report.id(),
                report.incarnation(),
                url.endsWith("/") ? url.substring(0, url.length() - 1) : url,
                report.pid(),
                report.state(),
                cut(reason),
                report.models() == null
                        ? List.of()
                        : report.models().stream().map(Reports::normalised).toList(),
                Objects.requireNonNullElse(report.engine(), ""),
                report.slots(),
                report.running(),
                report.queued(),
                report.kvUsage(),
                report.steps(),
                report.generatedTokens(),
                report.acceleratorFreeBytes());
    }

    private static ServedModel normalised(ServedModel model) {
        ModelLoad load = model.load();
        if (load == null || load.failure() == null) {
            return model;
        }
        return new ServedModel(
                model.id(),
                model.version(),
                model.maxModelTokens(),
                new ModelLoad(
                        load.slots(),
                        load.running(),
                        load.queued(),
                        load.kvUsage(),
                        load.steps(),
                        cut(load.failure())));
    }

    private static @Nullable String cut(@Nullable String reason) {
        return reason != null && reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) : reason;
    }
}
