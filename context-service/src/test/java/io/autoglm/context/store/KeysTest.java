package io.autoglm.context.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.context.conversation.ConversationKey;
import org.junit.jupiter.api.Test;

class KeysTest {
    @Test
    void the_keys_of_a_conversation_share_one_hash_tag() {
        Keys keys = Keys.of(new ConversationKey("local", "s-1"));

        assertThat(keys.all()).allMatch(key -> key.startsWith("autoglm:{local:s-1}:"));
    }

    @Test
    void no_tenant_can_reach_the_keys_of_another() {
        assertThat(Keys.of(new ConversationKey("a", "b:c"))).isNotEqualTo(Keys.of(new ConversationKey("a:b", "c")));
        assertThat(Keys.of(new ConversationKey("x}:{y", "c")).meta()).doesNotContain("}:{");
    }

    @Test
    void an_id_that_would_change_a_path_is_no_id() {
        for (String id : new String[] {"", ".", "..", "a/b", "a b", "-a", "a%2f", "é", "a".repeat(129)}) {
            assertThat(ConversationKey.isId(id)).as(id).isFalse();
        }
        assertThatThrownBy(() -> new ConversationKey("t", "a/b")).hasMessageContaining("id:");
    }

    @Test
    void a_cursor_reads_what_it_wrote_and_nothing_else() {
        Cursor cursor = new Cursor(1_795_000_000_123L, "s~1".replace('~', '-'));

        assertThat(Cursor.parse(cursor.text())).contains(cursor);
        for (String other : new String[] {"", "~a", "1~", "x~a", "1~a/b", "9".repeat(40) + "~a", "-1~a"}) {
            assertThat(Cursor.parse(other)).as(other).isEmpty();
        }
    }
}
