package io.autoglm.gateway.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.ProblemWriter;
import io.autoglm.gateway.identity.Caller;
import io.autoglm.gateway.placement.Snapshot;
import io.autoglm.protocol.openai.ModelCard;
import io.autoglm.protocol.openai.ModelList;
import io.autoglm.protocol.placement.ServedModel;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// `GET /v1/models`, from the last snapshot of instances: the models that exist and that this caller may use.
@Singleton
public final class ModelRoutes {
    private final Snapshot snapshot;
    private final ObjectMapper json;
    private final ProblemWriter problems;
    /// OpenAI's `created` is when a model appeared; the gateway can only say since when it serves.
    private final long created;

    ModelRoutes(Snapshot snapshot, ObjectMapper json, ProblemWriter problems, Clock clock) {
        this.snapshot = snapshot;
        this.json = json;
        this.problems = problems;
        this.created = clock.instant().getEpochSecond();
    }

    public void list(RoutingContext rc) {
        write(rc, ModelList.of(cards(Caller.of(rc)).values().stream().toList()));
    }

    /// Names may hold slashes, encoded or not: what follows the prefix is the name.
    public void one(RoutingContext rc) {
        String id = rc.pathParam("*");
        Optional.ofNullable(cards(Caller.of(rc)).get(id))
                .ifPresentOrElse(card -> write(rc, card), () -> problems.write(rc.response(), Problem.noSuchModel(id)));
    }

    private Map<String, ModelCard> cards(Caller caller) {
        Map<String, ModelCard> cards = new TreeMap<>();
        for (ServedModel model : snapshot.instances().models()) {
            if (caller.mayUse(model.id())) {
                cards.merge(
                        model.id(),
                        ModelCard.of(model.id(), created, model.maxModelTokens()),
                        ModelRoutes::withTheSmallerWindow);
            }
        }
        return cards;
    }

    private static ModelCard withTheSmallerWindow(ModelCard one, ModelCard other) {
        Integer first = one.maxModelLen();
        Integer second = other.maxModelLen();
        return first != null && second != null && second < first ? other : one;
    }

    private void write(RoutingContext rc, Object body) {
        try {
            rc.response()
                    .putHeader("Content-Type", "application/json")
                    .end(Buffer.buffer(json.writeValueAsBytes(body)));
        } catch (JsonProcessingException e) {
            rc.fail(e);
        }
    }
}
