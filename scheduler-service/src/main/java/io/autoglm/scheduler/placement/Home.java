package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.LeaseRequest;

/// Among equals a conversation goes where it went before, because its prefix may still be in that KV cache.
/// Rendezvous hashing (Thaler & Ravishankar, 1998): when instances come and go, only the conversations of those
/// that went move. Requests without a conversation spread by the request's own seed.
///
/// @param seed differs from request to request
record Home(long seed) implements Scorer {

    @Override
    public double score(Candidate candidate, LeaseRequest request) {
        String session = request.session();
        long key = session == null ? seed : hash(request.tenant() + '\0' + session);
        // The upper 53 bits are what a double holds exactly.
        return (mixed(key ^ hash(candidate.id())) >>> 11) * 0x1p-53;
    }

    /// FNV-1a, 64 bits.
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }

    /// The finalizer of SplitMix64 (Steele, Lea & Flood, 2014).
    private static long mixed(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
