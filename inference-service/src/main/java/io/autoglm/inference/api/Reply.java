package io.autoglm.inference.api;

/// The rest of an answer once its request has been checked and prepared: waits as it likes, computes little.
@FunctionalInterface
interface Reply {
    void give() throws InterruptedException;
}
