package io.autoglm.gateway.chat;

import io.autoglm.gateway.gate.Permit;
import io.autoglm.service.http.BodyBudget;

/// What an admitted request holds of this gateway. Whoever has it answers for its release; a second one changes
/// nothing.
record Held(Permit permit, BodyBudget.Share share) {
    void release() {
        // In this order: an account without an open request may be forgotten, and with it what it holds.
        share.close();
        permit.release();
    }
}
