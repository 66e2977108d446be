package io.autoglm.endtoend.stack;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives test classes the one stack that they share: two instances, started by the first that asks, stopped
/// after the last. A test that breaks a part of it mends it again.
public final class SharedStack implements ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(SharedStack.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == PackagedStack.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(Start.class, key -> new Start(() -> new PackagedStack(2)), Start.class)
                .stack();
    }

    /// Tried once: where a stack did not start, the next one would not either.
    private static final class Start implements AutoCloseable {
        private @Nullable PackagedStack stack;
        private @Nullable Throwable failure;

        Start(Supplier<PackagedStack> starting) {
            try {
                stack = starting.get();
            } catch (RuntimeException | Error e) {
                failure = e;
            }
        }

        PackagedStack stack() {
            if (stack == null) {
                throw new IllegalStateException("the stack did not start", failure);
            }
            return stack;
        }

        @Override
        public void close() {
            if (stack != null) {
                stack.close();
            }
        }
    }
}
