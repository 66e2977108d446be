package io.autoglm.gateway.gate;

import io.autoglm.gateway.quota.RateHeaders;
import io.autoglm.service.http.HeldBytes;
import java.util.concurrent.atomic.AtomicBoolean;

/// The right of one request to be read and open at this gateway. It ends once: a second release changes nothing.
public final class Permit {
    private final Account account;
    private final AtomicBoolean released = new AtomicBoolean();

    Permit(Account account) {
        this.account = account;
    }

    /// What all open requests of the same account hold.
    public HeldBytes bodies() {
        return account.bodies();
    }

    /// How the account stands now.
    public void stands(RateHeaders rates) {
        account.stands(rates);
    }

    public void release() {
        if (released.compareAndSet(false, true)) {
            account.release();
        }
    }
}
