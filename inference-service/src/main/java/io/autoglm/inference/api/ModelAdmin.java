package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.inference.ModelSpec;
import io.autoglm.inference.engine.EngineConfig;
import io.autoglm.inference.engine.WeightFormat;
import io.autoglm.inference.repository.Asked;
import io.autoglm.inference.repository.Loaded;
import io.autoglm.inference.repository.MemoryBudget;
import io.autoglm.inference.repository.Models;
import io.autoglm.inference.repository.Unloaded;
import io.autoglm.inference.text.ToolFormat;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// `/admin/models`: what is served, and what shall be. `PUT` may be repeated: what serves already, or is
/// being loaded, is not loaded again.
final class ModelAdmin {

    private static final List<String> FIELDS =
            List.of("path", "weights", "slots", "max_tokens", "digest", "tool_format");
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{12}");

    private ModelAdmin() {}

    /// `GET /admin/models`.
    static Reply list(Exchange exchange, Models models) {
        ObjectNode body = JsonBody.MAPPER.createObjectNode().put("object", "list");
        ArrayNode data = body.putArray("data");
        models.repository().list().forEach(model -> data.add(ModelStatus.of(model)));
        body.putObject("memory")
                .put("budget_mib", MemoryBudget.mib(models.budget().bytes()))
                .put("used_mib", MemoryBudget.mib(models.budget().usedBytes()));
        return () -> exchange.respond(body);
    }

    /// `GET /admin/models/{name}`.
    static Reply one(Exchange exchange, Models models) {
        ObjectNode body = status(name(exchange), models);
        return () -> exchange.respond(body);
    }

    /// `PUT /admin/models/{name}`: 202 once it is in line; 200 when it serves, for which `?wait=true` waits
    /// as long as the request may take.
    static Reply put(Exchange exchange, Models models) {
        ModelSpec spec = spec(name(exchange), exchange.fields());
        boolean wait = exchange.query("wait");
        long deadlineNanos = exchange.deadlineNanos();
        return () -> {
            CompletableFuture<Loaded> loaded = switch (models.ask(spec)) {
                case Asked.Taken taken -> taken.loaded();
                case Asked.Refused refused -> throw new RefusedException(refusal(refused));
            };
            int status = finished(loaded, wait ? deadlineNanos - System.nanoTime() : 0) ? 200 : 202;
            exchange.respond(status, status(spec.name(), models));
        };
    }

    /// @return false if it is not finished when the time is over
    private static boolean finished(CompletableFuture<Loaded> loaded, long waitNanos) throws InterruptedException {
        try {
            return switch (loaded.get(Math.max(0, waitNanos), TimeUnit.NANOSECONDS)) {
                case Loaded.Serves() -> true;
                case Loaded.Failed(String why) -> throw new RefusedException(new Refusal.Unservable(why));
                case Loaded.NoMemory(String why) -> throw new RefusedException(new Refusal.NoMemory(why));
                case Loaded.Stopping() -> throw new RefusedException(new Refusal.Draining());
                case Loaded.Unwanted() ->
                    throw new RefusedException(
                            new Refusal.Conflict("The model was unloaded before it was ready", null, "unloaded"));
            };
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    /// `DELETE /admin/models/{name}`: nothing new for it from now on; what runs may finish.
    static Reply delete(Exchange exchange, Models models) {
        String name = name(exchange);
        return () -> {
            switch (models.unload(name)) {
                case Unloaded.Done(boolean kept) ->
                    exchange.respond(JsonBody.MAPPER
                            .createObjectNode()
                            .put("id", name)
                            .put("object", "model.status")
                            .put("deleted", true)
                            .put("kept", kept));
                case Unloaded.Unknown() -> throw new RefusedException(new Refusal.UnknownModel(name));
            }
        };
    }

    private static ObjectNode status(String name, Models models) {
        return models.repository()
                .find(name)
                .map(ModelStatus::of)
                .orElseThrow(() -> new RefusedException(new Refusal.UnknownModel(name)));
    }

    private static String name(Exchange exchange) {
        String name = String.valueOf(exchange.pathParameter("name"));
        if (!ModelSpec.isName(name)) {
            throw RefusedException.invalid(
                    "name", "A name has 1 to " + ModelSpec.LONGEST_NAME + " printable characters");
        }
        return name;
    }

    private static ModelSpec spec(String name, Fields request) {
        for (Iterator<String> fields = request.object().fieldNames(); fields.hasNext(); ) {
            String field = fields.next();
            if (!FIELDS.contains(field)) {
                throw request.wrong(field, "is not known; there are " + String.join(", ", FIELDS));
            }
        }
        return new ModelSpec(
                name,
                path(request),
                request.text("weights").map(weights -> format(request, weights)),
                request.integer("slots", 1, EngineConfig.MOST_SLOTS),
                request.integer("max_tokens", 1, Integer.MAX_VALUE),
                digest(request),
                request.text("tool_format").map(calls -> toolFormat(request, calls)));
    }

    private static Path path(Fields request) {
        try {
            return Path.of(request.requiredText("path"));
        } catch (InvalidPathException e) {
            throw request.wrong("path", "is no path");
        }
    }

    private static ToolFormat toolFormat(Fields request, String asked) {
        return ToolFormat.named(asked)
                .orElseThrow(() -> request.wrong(
                        "tool_format",
                        "must be one of "
                                + Arrays.stream(ToolFormat.values())
                                        .map(ToolFormat::spelled)
                                        .collect(Collectors.joining(", "))));
    }

    private static WeightFormat format(Fields request, String asked) {
        return WeightFormat.named(asked)
                .orElseThrow(() -> request.wrong(
                        "weights",
                        "must be one of "
                                + Arrays.stream(WeightFormat.values())
                                        .map(WeightFormat::spelled)
                                        .collect(Collectors.joining(", "))));
    }

    private static Optional<String> digest(Fields request) {
        Optional<String> digest = request.text("digest");
        if (digest.filter(text -> !DIGEST.matcher(text).matches()).isPresent()) {
            throw request.wrong("digest", "must be 12 hex digits");
        }
        return digest;
    }

    private static Refusal refusal(Asked.Refused refused) {
        return switch (refused) {
            case Asked.OutsideRoots(String why) -> new Refusal.Invalid("'path' " + why, "path");
            case Asked.Unservable(String why) -> new Refusal.Unservable(why);
            case Asked.OtherDigest(String why) -> new Refusal.Conflict(why, "digest", "digest_mismatch");
            case Asked.NoMemory(String why) -> new Refusal.NoMemory(why);
            case Asked.TooManyModels(String why) -> new Refusal.Conflict(why, null, "too_many_models");
            case Asked.Busy(String why) -> new Refusal.Busy(why);
            case Asked.Contradicted(String why) -> new Refusal.Conflict(why, null, "load_in_progress");
        };
    }
}
