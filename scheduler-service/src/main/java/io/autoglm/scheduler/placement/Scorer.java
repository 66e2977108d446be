package io.autoglm.scheduler.placement;

import io.autoglm.protocol.placement.LeaseRequest;

/// Says how good an instance would be for a request; the lowest wins.
interface Scorer {
    double score(Candidate candidate, LeaseRequest request);
}
