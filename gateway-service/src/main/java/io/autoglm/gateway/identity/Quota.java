package io.autoglm.gateway.identity;

/// What one caller may use of this gateway.
///
/// @param requestsPerMinute also the size of the burst it may send at once; at least 1
/// @param maxConcurrent     requests it may have open at once; at least 1
public record Quota(int requestsPerMinute, int maxConcurrent) {
    public Quota {
        if (requestsPerMinute < 1) {
            throw new IllegalArgumentException("requestsPerMinute: must be 1 or more, was " + requestsPerMinute);
        }
        if (maxConcurrent < 1) {
            throw new IllegalArgumentException("maxConcurrent: must be 1 or more, was " + maxConcurrent);
        }
    }
}
