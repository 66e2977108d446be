package io.autoglm.gateway.admission;

import java.util.concurrent.atomic.AtomicBoolean;

/// The right of one request to be open. It ends once: a second release changes nothing.
public final class Permit {
    private final Account account;
    private final AtomicBoolean released = new AtomicBoolean();

    Permit(Account account) {
        this.account = account;
    }

    /// @return whether this call was the one that ended it
    public boolean release() {
        if (!released.compareAndSet(false, true)) {
            return false;
        }
        account.release();
        return true;
    }
}
