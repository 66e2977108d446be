package io.autoglm.service.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.service.http.BodyBudget.Room;
import io.autoglm.service.http.BodyBudget.Share;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {
    private final BodyBudget budget = BodyBudget.amongAccounts(1_000, 100);
    private final HeldBytes one = new HeldBytes();
    private final HeldBytes other = new HeldBytes();

    @Test
    void one_account_takes_a_quarter_and_leaves_the_rest_to_others() {
        Share slow = budget.open(one);
        assertThat(slow.grow(250)).isEqualTo(Room.HERE);

        assertThat(budget.open(one).grow(1)).isEqualTo(Room.NONE_FOR_THE_ACCOUNT);
        assertThat(budget.open(other).grow(250)).isEqualTo(Room.HERE);
    }

    @Test
    void an_account_may_hold_one_body_of_the_largest_size_whatever_its_part() {
        BodyBudget narrow = BodyBudget.amongAccounts(1_000, 900);

        assertThat(narrow.open(one).grow(900)).isEqualTo(Room.HERE);
    }

    @Test
    void what_finds_no_room_takes_none() {
        for (int account = 0; account < 3; account++) {
            assertThat(budget.open(new HeldBytes()).grow(250)).isEqualTo(Room.HERE);
        }
        assertThat(budget.open(one).grow(200)).isEqualTo(Room.HERE);

        assertThat(budget.open(other).grow(51)).isEqualTo(Room.NONE);

        assertThat(budget.heldBytes()).isEqualTo(950);
        assertThat(other.get()).isZero();
        assertThat(budget.open(other).grow(50)).isEqualTo(Room.HERE);
    }

    @Test
    void without_accounts_one_request_may_take_all() {
        BodyBudget all = BodyBudget.ofAll(1_000);

        assertThat(all.open().grow(1_000)).isEqualTo(Room.HERE);
        assertThat(all.open().grow(1)).isNotEqualTo(Room.HERE);
    }

    @Test
    void what_is_given_back_is_given_back_once() {
        Share share = budget.open(one);
        share.grow(200);

        share.close();
        share.close();

        assertThat(budget.heldBytes()).isZero();
        assertThat(one.get()).isZero();
    }
}
