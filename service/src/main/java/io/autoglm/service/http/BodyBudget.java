package io.autoglm.service.http;

import java.util.concurrent.atomic.AtomicLong;

/// How many bytes of request bodies a service holds at once, of all accounts and of each: whoever sends
/// slowly takes its own part and not that of the others. What one request holds is its {@link Share}. Safe
/// from any thread.
public final class BodyBudget {
    /// What one account may hold of the whole: one over this.
    private static final int ACCOUNTS = 4;

    private final long limitBytes;
    private final long accountLimitBytes;
    private final HeldBytes held = new HeldBytes();

    /// What came of asking for room.
    enum Room {
        HERE,
        /// All requests together hold what may be held.
        NONE,
        /// The requests of this account do.
        NONE_FOR_THE_ACCOUNT
    }

    private BodyBudget(long limitBytes, long accountLimitBytes) {
        this.limitBytes = limitBytes;
        this.accountLimitBytes = accountLimitBytes;
    }

    /// @param maxBodyBytes of one request; an account may always hold one that large
    public static BodyBudget amongAccounts(long limitBytes, long maxBodyBytes) {
        return new BodyBudget(limitBytes, Math.max(limitBytes / ACCOUNTS, maxBodyBytes));
    }

    /// For a service that knows no accounts.
    public static BodyBudget ofAll(long limitBytes) {
        return new BodyBudget(limitBytes, limitBytes);
    }

    public long limitBytes() {
        return limitBytes;
    }

    public long heldBytes() {
        return held.get();
    }

    /// An empty share; its owner must give it back.
    ///
    /// @param ofAccount what the request's account holds on this service
    public Share open(HeldBytes ofAccount) {
        return new Share(ofAccount);
    }

    /// An empty share of nobody's; its owner must give it back.
    public Share open() {
        return open(new HeldBytes());
    }

    /// The part of one request. It grows on the event loop of that request, and may be given back by any
    /// thread.
    public final class Share {
        private final HeldBytes ofAccount;
        private final AtomicLong bytes = new AtomicLong();

        private Share(HeldBytes ofAccount) {
            this.ofAccount = ofAccount;
        }

        /// Without room nothing has changed.
        Room grow(long more) {
            if (!ofAccount.grow(more, accountLimitBytes)) {
                return Room.NONE_FOR_THE_ACCOUNT;
            }
            if (!held.grow(more, limitBytes)) {
                ofAccount.shrink(more);
                return Room.NONE;
            }
            bytes.addAndGet(more);
            return Room.HERE;
        }

        /// Gives everything back; a second time changes nothing.
        public void close() {
            long all = bytes.getAndSet(0);
            held.shrink(all);
            ofAccount.shrink(all);
        }
    }
}
