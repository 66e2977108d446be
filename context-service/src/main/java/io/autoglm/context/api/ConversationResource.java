package io.autoglm.context.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.context.conversation.ConversationKey;
import io.autoglm.context.conversation.NewTurn;
import io.autoglm.context.conversation.Outcome;
import io.autoglm.context.conversation.Refusal;
import io.autoglm.context.conversation.Rules;
import io.autoglm.context.store.Conversations;
import io.autoglm.protocol.Headers;
import io.autoglm.protocol.conversation.Conversation;
import io.autoglm.protocol.conversation.ConversationCreate;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// `/v1/conversations`: create, list, describe, delete; append turns, read them, and the window that fits a budget.
/// The tenant comes in a header and is believed because {@link InternalAccess} has let the caller in.
@Path("/v1/conversations")
@Produces(MediaType.APPLICATION_JSON)
public final class ConversationResource {
    private static final int DEFAULT_PAGE = 20;
    private static final int MAX_PAGE = 100;
    /// More tokens than any model takes.
    private static final long MAX_BUDGET = 100_000_000;
    /// 192 bits, so that an id cannot be guessed.
    private static final int ID_BYTES = 24;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Conversations conversations;
    private final Rules rules;
    private final ObjectMapper json;

    ConversationResource(Conversations conversations, Rules rules, ObjectMapper json) {
        this.conversations = conversations;
        this.rules = rules;
        this.json = json;
    }

    @POST
    @Consumes(MediaType.APPLICATION_JSON)
    public Uni<Response> create(@HeaderParam(Headers.TENANT) @Nullable String tenant, byte[] body) {
        return within(tenant, owner -> switch (read(body, rules::creation)) {
            case Outcome.Refused<ConversationCreate>(Refusal reason) -> now(reason);
            case Outcome.Done<ConversationCreate>(ConversationCreate asked) -> {
                String id = Objects.requireNonNullElseGet(asked.id(), ConversationResource::newId);
                Map<String, String> metadata = Objects.requireNonNullElse(asked.metadata(), Map.of());
                yield conversations
                        .create(new ConversationKey(owner, id), rules.ttl(asked), metadata)
                        .map(outcome -> Answer.of(outcome, ConversationResource::created));
            }
        });
    }

    @GET
    public Uni<Response> list(
            @HeaderParam(Headers.TENANT) @Nullable String tenant,
            @QueryParam("after") @Nullable String after,
            @QueryParam("limit") @Nullable String limit) {
        return within(tenant, owner -> switch (Numbers.parse("limit", limit, DEFAULT_PAGE, 1, MAX_PAGE)) {
            case Outcome.Refused<Long>(Refusal reason) -> now(reason);
            case Outcome.Done<Long>(Long page) ->
                conversations.list(owner, after, page.intValue()).map(outcome -> Answer.of(outcome, Answer::ok));
        });
    }

    @GET
    @Path("/{id}")
    public Uni<Response> describe(@HeaderParam(Headers.TENANT) @Nullable String tenant, @PathParam("id") String id) {
        return within(tenant, id, key -> conversations.describe(key).map(outcome -> Answer.of(outcome, Answer::ok)));
    }

    @DELETE
    @Path("/{id}")
    public Uni<Response> delete(@HeaderParam(Headers.TENANT) @Nullable String tenant, @PathParam("id") String id) {
        return within(
                tenant,
                id,
                key -> conversations
                        .delete(key)
                        .map(outcome -> Answer.of(
                                outcome,
                                found -> found ? Response.noContent().build() : Answer.of(new Refusal.NotFound(id)))));
    }

    @POST
    @Path("/{id}/turns")
    @Consumes(MediaType.APPLICATION_JSON)
    public Uni<Response> append(
            @HeaderParam(Headers.TENANT) @Nullable String tenant, @PathParam("id") String id, byte[] body) {
        return within(tenant, id, key -> switch (read(body, rules::turn)) {
            case Outcome.Refused<NewTurn>(Refusal reason) -> now(reason);
            case Outcome.Done<NewTurn>(NewTurn turn) ->
                conversations.append(key, turn).map(outcome -> Answer.of(outcome, Answer::ok));
        });
    }

    @GET
    @Path("/{id}/turns")
    public Uni<Response> turns(
            @HeaderParam(Headers.TENANT) @Nullable String tenant,
            @PathParam("id") String id,
            @QueryParam("after") @Nullable String after,
            @QueryParam("limit") @Nullable String limit) {
        return within(tenant, id, key -> switch (Numbers.parse("after", after, 0, 0, Long.MAX_VALUE >> 12)) {
            case Outcome.Refused<Long>(Refusal reason) -> now(reason);
            case Outcome.Done<Long>(Long from) ->
                switch (Numbers.parse("limit", limit, DEFAULT_PAGE, 1, MAX_PAGE)) {
                    case Outcome.Refused<Long>(Refusal reason) -> now(reason);
                    case Outcome.Done<Long>(Long page) ->
                        conversations.turns(key, from, page.intValue()).map(outcome -> Answer.of(outcome, Answer::ok));
                };
        });
    }

    @GET
    @Path("/{id}/window")
    public Uni<Response> window(
            @HeaderParam(Headers.TENANT) @Nullable String tenant,
            @PathParam("id") String id,
            @QueryParam("tokens") @Nullable String tokens) {
        return within(tenant, id, key -> switch (Numbers.parse("tokens", tokens, null, 0, MAX_BUDGET)) {
            case Outcome.Refused<Long>(Refusal reason) -> now(reason);
            case Outcome.Done<Long>(Long budget) ->
                conversations.window(key, budget).map(outcome -> Answer.of(outcome, Answer::ok));
        });
    }

    private static Uni<Response> within(@Nullable String tenant, Function<String, Uni<Response>> asked) {
        return tenant != null && ConversationKey.isTenant(tenant)
                ? asked.apply(tenant)
                : now(new Refusal.Invalid(Headers.TENANT, "a header of 1 to 256 characters is needed"));
    }

    private static Uni<Response> within(
            @Nullable String tenant, String id, Function<ConversationKey, Uni<Response>> asked) {
        return within(
                tenant,
                owner -> ConversationKey.isId(id)
                        ? asked.apply(new ConversationKey(owner, id))
                        : now(new Refusal.Invalid(
                                "id",
                                "1 to 128 of letters, digits and . _ : @ - that begin with a letter, a digit or _")));
    }

    private <T> Outcome<T> read(byte[] body, Function<JsonNode, Outcome<T>> rule) {
        try {
            return rule.apply(json.readTree(body));
        } catch (JsonProcessingException e) {
            return Outcome.refused(new Refusal.Invalid(null, "the body is not JSON: " + where(e)));
        } catch (IOException e) {
            return Outcome.refused(new Refusal.Invalid(null, "the body cannot be read"));
        }
    }

    /// The place without the text around it, which is a user's.
    private static String where(JsonProcessingException e) {
        return e.getLocation() == null
                ? "no place is known"
                : "line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr();
    }

    private static Response created(Conversation conversation) {
        return Response.created(URI.create("/v1/conversations/" + conversation.id()))
                .entity(conversation)
                .build();
    }

    private static String newId() {
        byte[] random = new byte[ID_BYTES];
        RANDOM.nextBytes(random);
        return "conv_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    private static Uni<Response> now(Refusal reason) {
        return Uni.createFrom().item(Answer.of(reason));
    }
}
