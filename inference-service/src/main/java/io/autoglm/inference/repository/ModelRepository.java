package io.autoglm.inference.repository;

import io.autoglm.inference.ServingModel;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Name → the version that serves, the one that is to replace it, and those that finish. Moves versions
/// through their {@link Stage}s and counts who uses them; waits for nothing and frees nothing itself. Safe
/// for concurrent use.
public final class ModelRepository {

    private final int most;
    private final Consumer<Version> unused;
    private final Runnable changed;
    private final Map<String, Named> names = new TreeMap<>();
    private final Failures failures = new Failures();
    private boolean stopping;

    /// @param most    names that are served or about to be
    /// @param unused  is given each version that nobody uses any more, to be freed
    /// @param changed is called after each change, without a lock
    ModelRepository(int most, Consumer<Version> unused, Runnable changed) {
        this.most = most;
        this.unused = unused;
        this.changed = changed;
    }

    // ---- what requests need

    /// @return empty when no model of that name serves
    public synchronized Optional<Use> use(String name) {
        return named(name).map(named -> named.serving).flatMap(this::use);
    }

    private Optional<Use> use(Version version) {
        Optional<Use> use = version.model().map(model -> new Use(model, () -> unuse(version)));
        use.ifPresent(held -> version.uses++);
        return use;
    }

    private void unuse(Version version) {
        boolean last;
        synchronized (this) {
            version.uses--;
            last = version.uses == 0 && version.stage instanceof Stage.Draining;
        }
        if (last) {
            unused.accept(version);
        }
    }

    /// Those that answer, by name.
    public synchronized List<ServingModel> serving() {
        return names.values().stream()
                .flatMap(named -> Stream.ofNullable(named.serving))
                .flatMap(version -> version.model().stream())
                .toList();
    }

    /// All that is known, by name.
    public synchronized List<ModelView> list() {
        SortedSet<String> all = new TreeSet<>(names.keySet());
        all.addAll(failures.names());
        return all.stream().map(this::view).toList();
    }

    /// @return empty when nothing is known of the name, not even a failure
    public synchronized Optional<ModelView> find(String name) {
        return names.containsKey(name) || failures.of(name).isPresent() ? Optional.of(view(name)) : Optional.empty();
    }

    private ModelView view(String name) {
        return named(name).orElseGet(Named::new).view(name, failures.of(name));
    }

    private Optional<Named> named(String name) {
        return Optional.ofNullable(names.get(name));
    }

    // ---- what becomes of a version

    synchronized Optional<Version> servingOf(String name) {
        return named(name).map(named -> named.serving);
    }

    synchronized Optional<Version> nextOf(String name) {
        return named(name).map(named -> named.next);
    }

    /// A version is to be loaded; its name has no other one to come.
    ///
    /// @return false if there are as many names as may be
    boolean begin(Version next) {
        return change(() -> {
            Named named = names.computeIfAbsent(next.name(), name -> new Named());
            if (named.next != null) {
                throw new IllegalStateException(next.name() + " is being loaded already");
            }
            long others = names.values().stream()
                    .filter(other -> other != named && other.wanted())
                    .count();
            if (others >= most) {
                drop(next.name());
                return false;
            }
            named.next = next;
            failures.forget(next.name());
            return true;
        });
    }

    /// @return false if it is not wanted any more
    boolean loading(Version next) {
        return move(next, stage -> stage instanceof Stage.Waiting waiting ? waiting.begun() : null);
    }

    /// @return false if it is not wanted any more: then the model is still the caller's
    boolean loaded(Version next, ServingModel model) {
        return move(next, stage -> stage instanceof Stage.Loading loading ? loading.loaded(model) : null);
    }

    private boolean move(Version next, Function<Stage, @Nullable Stage> step) {
        return change(() -> {
            Stage to = expected(next).isPresent() ? step.apply(next.stage) : null;
            if (to != null) {
                next.stage = to;
            }
            return to != null;
        });
    }

    /// The name is its from now on, and the version before it finishes what it has begun.
    ///
    /// @return false if it is not wanted any more: then the model is still the caller's
    boolean ready(Version next) {
        return retiring(() -> {
            Named named = expected(next).orElse(null);
            if (named == null || !(next.stage instanceof Stage.Warming warming)) {
                return new Retired(false, Optional.empty());
            }
            next.stage = warming.answered();
            Optional<Version> idle = named.retire();
            named.next = null;
            named.serving = next;
            failures.forget(next.name());
            return new Retired(true, idle);
        });
    }

    /// The load came to nothing; what serves goes on serving.
    void failed(Version next, String why) {
        change(() -> {
            Named named = expected(next).orElse(null);
            if (named != null && next.stage instanceof Stage.Coming coming) {
                next.stage = coming.failed(why);
                named.next = null;
                failures.put(next.name(), why);
                drop(next.name());
            }
            return null;
        });
    }

    /// A load that did not even begin.
    void refused(String name, String why) {
        change(() -> {
            failures.put(name, why);
            return null;
        });
    }

    /// Nothing new for the name from now on; what runs may finish, what loads is not wanted any more.
    ///
    /// @return whether anything was known of the name
    boolean remove(String name) {
        return retiring(() -> {
            boolean failed = failures.forget(name);
            Named named = names.get(name);
            if (named == null || !named.wanted()) {
                return new Retired(failed, Optional.empty());
            }
            named.next = null;
            Optional<Version> idle = named.retire();
            drop(name);
            return new Retired(true, idle);
        });
    }

    /// Its memory is free again.
    void gone(Version old) {
        change(() -> {
            if (old.stage instanceof Stage.Draining draining) {
                old.stage = draining.freed();
                named(old.name()).ifPresent(named -> named.leaving.remove(old));
                drop(old.name());
            }
            return null;
        });
    }

    /// Takes nothing new in any more.
    ///
    /// @return every version that is not gone
    synchronized List<Version> stop() {
        stopping = true;
        return names.values().stream()
                .flatMap(named -> Stream.of(
                                Stream.ofNullable(named.next), Stream.ofNullable(named.serving), named.leaving.stream())
                        .flatMap(versions -> versions))
                .toList();
    }

    /// Whether it takes nothing new in any more.
    synchronized boolean stopping() {
        return stopping;
    }

    /// @return its name, while it is the one to come
    private Optional<Named> expected(Version next) {
        return stopping ? Optional.empty() : named(next.name()).filter(named -> named.next == next);
    }

    private void drop(String name) {
        names.computeIfPresent(name, (known, named) -> named.empty() ? null : named);
    }

    /// @param idle left its name and is used by nobody
    private record Retired(boolean done, Optional<Version> idle) {}

    private boolean retiring(Supplier<Retired> change) {
        Retired retired = change(change);
        retired.idle().ifPresent(unused);
        return retired.done();
    }

    private <T extends @Nullable Object> T change(Supplier<T> change) {
        T result;
        synchronized (this) {
            result = change.get();
        }
        changed.run();
        return result;
    }
}
