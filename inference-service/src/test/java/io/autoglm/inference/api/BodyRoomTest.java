package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyRoomTest {

    private final BodyRoom room = new BodyRoom(100);

    @Test
    void bodies_share_a_room_and_give_it_back_once() {
        BodyRoom.Share first = room.share();
        BodyRoom.Share second = room.share();

        assertThat(first.grow(60)).isTrue();
        assertThat(second.grow(41)).isFalse();
        assertThat(second.grow(40)).isTrue();
        first.giveBack();
        first.giveBack();
        assertThat(second.grow(60)).isTrue();
        assertThat(room.taken()).isEqualTo(100);
    }

    @Test
    void what_has_been_given_back_cannot_grow_again() {
        BodyRoom.Share share = room.share();
        share.giveBack();

        assertThat(share.grow(1)).isFalse();
        assertThat(room.taken()).isZero();
    }
}
