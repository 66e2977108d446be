package io.autoglm.gateway.http;

/// How many bytes of request bodies a gateway holds at once, of all accounts and of each: whoever sends slowly
/// takes its own part and not that of the others. What one request holds is its {@link Share}. Safe from any
/// thread.
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

    /// @param maxBodyBytes of one request; an account may always hold one that large
    public BodyBudget(long limitBytes, long maxBodyBytes) {
        this.limitBytes = limitBytes;
        this.accountLimitBytes = Math.max(limitBytes / ACCOUNTS, maxBodyBytes);
    }

    public long heldBytes() {
        return held.get();
    }

    /// An empty share; its owner must give it back.
    ///
    /// @param ofAccount what the request's account holds on this gateway
    public Share open(HeldBytes ofAccount) {
        return new Share(ofAccount);
    }

    /// The part of one request, only to be touched by the event loop of that request.
    public final class Share {
        private final HeldBytes ofAccount;
        private long bytes;

        private Share(HeldBytes ofAccount) {
            this.ofAccount = ofAccount;
        }

        /// Without room nothing has changed.
        Room grow(int more) {
            if (!ofAccount.grow(more, accountLimitBytes)) {
                return Room.NONE_FOR_THE_ACCOUNT;
            }
            if (!held.grow(more, limitBytes)) {
                ofAccount.shrink(more);
                return Room.NONE;
            }
            bytes += more;
            return Room.HERE;
        }

        /// Gives everything back; a second time changes nothing.
        public void close() {
            held.shrink(bytes);
            ofAccount.shrink(bytes);
            bytes = 0;
        }
    }
}
