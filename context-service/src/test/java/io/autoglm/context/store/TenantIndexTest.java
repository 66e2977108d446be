package io.autoglm.context.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.autoglm.context.RealRedis;
import io.autoglm.context.conversation.ConversationKey;
import io.autoglm.redis.RedisLink;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(RealRedis.class)
class TenantIndexTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @Inject
    @SuppressWarnings("NullAway.Init")
    RedisLink link;

    @Inject
    @SuppressWarnings("NullAway.Init")
    TenantIndex index;

    private final String tenant = "tenant-" + UUID.randomUUID();

    @Test
    void a_late_word_of_a_deletion_leaves_the_conversation_that_was_begun_anew() {
        Cursor begunAnew = noted("s");

        assertThat(forget(new Cursor(begunAnew.millis() - 1, "s"))).isZero();

        assertThat(listed()).containsExactly(begunAnew);
    }

    @Test
    void a_deletion_that_was_asked_for_later_takes_it_off() {
        Cursor known = noted("s");

        index.forget(tenant, new Cursor(known.millis() + 1, "s"));

        await().atMost(PATIENCE).until(() -> listed().isEmpty());
    }

    /// @return where it stands
    private Cursor noted(String id) {
        index.note(new ConversationKey(tenant, id));
        return await().atMost(PATIENCE)
                .until(this::listed, all -> all.size() == 1)
                .getFirst();
    }

    private List<Cursor> listed() {
        return index.page(tenant, null, 10).await().atMost(PATIENCE);
    }

    private int forget(Cursor gone) {
        return link.run(Scripts.FORGET, List.of(Keys.index(tenant)), List.of(gone.id(), gone.millis()))
                .map(removed -> Objects.requireNonNull(removed).toInteger())
                .await()
                .atMost(PATIENCE);
    }
}
