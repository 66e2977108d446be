package io.autoglm.inference.engine;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;
import ai.djl.ndarray.NDManager;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.FloatBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The engine `faulty`: the CPU engine, whose steps fail when a test wants them to.
public final class FaultyEngineProvider implements EngineProvider {

    /// Steps that go well before {@link #FAILURES} are due.
    public static final AtomicInteger GOOD = new AtomicInteger();

    /// Steps that fail then.
    public static final AtomicInteger FAILURES = new AtomicInteger();

    /// The name of a directory whose plan is a bug.
    public static final AtomicReference<String> UNPLANNABLE = new AtomicReference<>("");

    /// The name of a directory that there is no memory for once it is loaded.
    public static final AtomicReference<String> TOO_LARGE = new AtomicReference<>("");

    /// A model that is closed is freed, and fails after that.
    public static final AtomicBoolean CLOSING_FAILS = new AtomicBoolean();

    private static volatile CountDownLatch held = new CountDownLatch(0);

    /// @param step what each step waits for from now on
    public static void hold(CountDownLatch step) {
        held = step;
    }

    private static final class Holder {
        static final FaultyEngine ENGINE = new FaultyEngine();
    }

    @Override
    public String getEngineName() {
        return "faulty";
    }

    @Override
    public int getEngineRank() {
        return 100;
    }

    @Override
    public Engine getEngine() {
        return Holder.ENGINE;
    }

    private static final class FaultyEngine extends Engine {

        private static Engine cpu() {
            return Engine.getEngine("cpu");
        }

        @Override
        public Model newModel(String name, @Nullable Device device) {
            Model real = cpu().newModel(name, device);
            return (Model) Proxy.newProxyInstance(
                    DecoderModel.class.getClassLoader(),
                    new Class<?>[] {DecoderModel.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("plan") && name.equals(UNPLANNABLE.get())) {
                            throw new IllegalStateException("a test wants this plan to fail");
                        }
                        if (method.getName().equals("load") && name.equals(TOO_LARGE.get())) {
                            throw new NoMemoryException(name, "a test wants no memory for it", 1);
                        }
                        Object result = call(real, method, arguments);
                        if (method.getName().equals("close") && CLOSING_FAILS.get()) {
                            throw new IllegalStateException("a test wants this close to fail");
                        }
                        return result instanceof Decoder decoder ? new FaultyDecoder(decoder) : result;
                    });
        }

        private static @Nullable Object call(Model real, Method method, Object[] arguments) throws Throwable {
            try {
                return method.invoke(real, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        @Override
        public @Nullable Engine getAlternativeEngine() {
            return null;
        }

        @Override
        public String getEngineName() {
            return "faulty";
        }

        @Override
        public int getRank() {
            return 100;
        }

        @Override
        public String getVersion() {
            return "0";
        }

        @Override
        public boolean hasCapability(String capability) {
            return false;
        }

        @Override
        public NDManager newBaseManager() {
            return cpu().newBaseManager();
        }

        @Override
        public NDManager newBaseManager(@Nullable Device device) {
            return cpu().newBaseManager(device);
        }
    }

    private record FaultyDecoder(Decoder real) implements Decoder {

        private static void step() {
            try {
                held.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (GOOD.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                return;
            }
            if (FAILURES.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IllegalStateException("a test wants this step to fail");
            }
        }

        @Override
        public DecoderShape shape() {
            return real.shape();
        }

        @Override
        public FloatBuffer prefill(int slot, int start, int[] tokens, int from, int to) {
            step();
            return real.prefill(slot, start, tokens, from, to);
        }

        @Override
        public FloatBuffer check(int slot, int start, int[] tokens) {
            step();
            return real.check(slot, start, tokens);
        }

        @Override
        public FloatBuffer embed(int slot, int start, int[] tokens, int from, int to) {
            step();
            return real.embed(slot, start, tokens, from, to);
        }

        @Override
        public FloatBuffer decode(int first, int[] tokens, int[] positions) {
            step();
            return real.decode(first, tokens, positions);
        }

        @Override
        public void copy(int fromSlot, int toSlot, int tokens) {
            real.copy(fromSlot, toSlot, tokens);
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
