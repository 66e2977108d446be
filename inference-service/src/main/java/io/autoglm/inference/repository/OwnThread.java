package io.autoglm.inference.repository;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// A platform thread that does one thing after the other: what blocks or computes for long and must hold up
/// neither an event loop nor the carriers of virtual threads.
final class OwnThread extends ThreadPoolExecutor {

    private static final long IDLE_SECONDS = 10;

    /// @param mostWaiting beside what runs; one more is rejected
    OwnThread(String name, int mostWaiting) {
        super(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(mostWaiting),
                Thread.ofPlatform().name(name).daemon().factory());
        allowCoreThreadTimeOut(true);
    }
}
