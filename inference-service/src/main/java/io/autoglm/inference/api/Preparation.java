package io.autoglm.inference.api;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// Where requests are parsed, rendered, tokenized and their grammars compiled: on a few platform threads of
/// its own.
///
/// Virtual threads share as many carriers as there are cores and give them up only where they wait; a
/// tokenizer called through JNI does not even then. A handful of long prompts on them would hold up every
/// stream that is being written.
final class Preparation implements AutoCloseable {

    /// A chat template may call itself {@code 500} deep.
    private static final long STACK_BYTES = 4 << 20;

    private final ThreadPoolExecutor threads;

    /// @param most requests that wait for one of `width` threads
    Preparation(int width, int most) {
        threads = new ThreadPoolExecutor(
                width,
                width,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(most),
                Thread.ofPlatform()
                        .daemon()
                        .stackSize(STACK_BYTES)
                        .name("prepare-", 0)
                        .factory());
    }

    /// As many as the machine has cores, two at least: a long prompt must not hold up all others.
    static int width() {
        return Math.max(2, Runtime.getRuntime().availableProcessors());
    }

    /// Waits; meant for a virtual thread. What the work throws comes out as it is.
    <T> T run(Callable<T> work) throws InterruptedException {
        FutureTask<T> task = new FutureTask<>(work);
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            throw new RefusedException(new Refusal.Busy("Too many requests are being read"));
        }
        return result(task);
    }

    private static <T> T result(Future<T> task) throws InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case InterruptedException interrupted -> throw interrupted;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
        }
    }

    /// What has not begun is cancelled, so that nobody waits for it.
    @Override
    public void close() {
        threads.shutdownNow().stream()
                .filter(FutureTask.class::isInstance)
                .forEach(task -> ((FutureTask<?>) task).cancel(true));
    }
}
