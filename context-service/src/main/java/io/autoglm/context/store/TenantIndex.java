package io.autoglm.context.store;

import io.autoglm.context.conversation.ConversationConfig;
import io.autoglm.context.conversation.ConversationKey;
import io.autoglm.redis.RedisLink;
import io.smallrye.mutiny.Uni;
import io.vertx.mutiny.redis.client.Response;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The list of a tenant's conversations. It is a convenience beside the conversations: writing to it neither
/// fails nor delays an operation on one, and what was missed is mended by the next append or the next
/// listing.
@Singleton
final class TenantIndex {
    private static final Logger LOG = Logger.getLogger(TenantIndex.class);

    private final RedisLink link;
    private final ConversationConfig config;
    private final Clock clock;

    TenantIndex(RedisLink link, ConversationConfig config, Clock clock) {
        this.link = link;
        this.config = config;
        this.clock = clock;
    }

    /// Puts a conversation at the head of the list.
    void note(ConversationKey key) {
        write(link.run(
                Scripts.NOTE,
                List.of(Keys.index(key.tenant())),
                List.of(
                        key.id(),
                        clock.millis(),
                        config.maxListed(),
                        config.maxTtl().toMillis())));
    }

    /// Takes a conversation that is gone off the list, unless it was put at the head since then: this may come late,
    /// when one of that id has begun anew.
    ///
    /// @param gone with the time at which it was seen there, or at which its end was asked for
    void forget(String tenant, Cursor gone) {
        write(link.run(Scripts.FORGET, List.of(Keys.index(tenant)), List.of(gone.id(), gone.millis())));
    }

    /// @param after null for the first page
    Uni<List<Cursor>> page(String tenant, @Nullable Cursor after, int limit) {
        List<Object> arguments = after == null ? List.of("", "", limit) : List.of(after.millis(), after.id(), limit);
        return link.run(Scripts.PAGE, List.of(Keys.index(tenant)), arguments).map(TenantIndex::entries);
    }

    private static List<Cursor> entries(@Nullable Response flat) {
        List<Cursor> entries = new ArrayList<>();
        for (int i = 0; flat != null && i + 1 < flat.size(); i += 2) {
            long millis = (long) Double.parseDouble(flat.get(i + 1).toString());
            entries.add(new Cursor(millis, flat.get(i).toString()));
        }
        return entries;
    }

    /// Sent at once; nobody waits for the answer. That it failed is logged by the link.
    private static void write(Uni<@Nullable Response> sent) {
        sent.subscribe().with(done -> {}, failure -> LOG.debugf("tenant index was not written: %s", failure));
    }
}
