package io.autoglm.inference.cpu;

import ai.djl.engine.EngineException;
import ai.onnxruntime.OrtException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/// Runs what ONNX Runtime does with deep recursion. When it makes a session it matches a regular expression against
/// the whole command line of the process, a few stack frames for each character: a class path of 12,000 characters
/// overflows a stack of 1 MiB, and the process dies without a word.
final class OnLargeStack {

    /// Reserved, not taken: pages that are not reached cost nothing.
    private static final long STACK_BYTES = 256L << 20;

    private OnLargeStack() {}

    @FunctionalInterface
    interface OrtCall<T> {

        T call() throws OrtException;
    }

    static <T> T call(String name, OrtCall<T> call) throws OrtException {
        FutureTask<T> task = new FutureTask<>(call::call);
        Thread thread = new Thread(null, task, name, STACK_BYTES);
        thread.start();
        try {
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EngineException("interrupted while a session was being made", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case OrtException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                case null, default -> throw new EngineException(e);
            }
        }
    }
}
