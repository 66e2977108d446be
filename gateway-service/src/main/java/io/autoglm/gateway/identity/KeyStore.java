package io.autoglm.gateway.identity;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.gateway.directory.Keys;
import io.autoglm.gateway.directory.KeysConfig;
import io.autoglm.service.CannotStart;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The key file, read again when it changes. A file that has become unreadable or broken keeps the last good
/// keys and is warned about once per change, so that a slip of the editor locks nobody out.
///
/// `find` may be called from any thread. The file is only touched on worker threads.
@Singleton
public final class KeyStore {
    private static final Logger LOG = Logger.getLogger(KeyStore.class);
    /// A key list is text written by people or a launcher; anything larger is another file.
    private static final long MAX_FILE_BYTES = 8L << 20;

    private record Version(
            FileTime modified, long size, @Nullable Object fileKey) {}

    private final @Nullable Path file;
    private final long checkMillis;
    private final String requiredRole;
    private final ObjectMapper json;
    private final Vertx vertx;
    private final Clock clock;

    /// Written by the one reload that runs at a time, read by every event loop.
    private volatile @Nullable KeyRing ring;

    private volatile @Nullable Version seen;
    private long timer = -1;

    KeyStore(KeysConfig config, OidcConfig oidc, ObjectMapper json, Vertx vertx, Clock clock) {
        this.file = config.file().orElse(null);
        this.checkMillis = config.check().toMillis();
        this.requiredRole = oidc.requiredRole();
        this.json = json;
        this.vertx = vertx;
        this.clock = clock;
    }

    void start(@Observes @Priority(10) StartupEvent event, Issuers issuers, Keys keys) {
        if (file == null && issuers.none() && !keys.areKept()) {
            throw new CannotStart(
                    "nobody could be let in",
                    "set autoglm.keys.file (AUTOGLM_KEYS_FILE), autoglm.keys.pepper or autoglm.oidc.issuer");
        }
        if (file == null) {
            return;
        }
        try {
            load(file);
        } catch (IOException | RuntimeException e) {
            throw new CannotStart(
                    "the key file " + file + " " + reason(e), "set autoglm.keys.file to a readable list of keys");
        }
        timer = vertx.setPeriodic(
                checkMillis,
                id -> vertx.executeBlocking(() -> {
                    reload();
                    return null;
                }));
    }

    void stop(@Observes ShutdownEvent event) {
        if (timer != -1) {
            vertx.cancelTimer(timer);
        }
    }

    public Optional<Caller> find(String presented) {
        KeyRing keys = ring;
        return keys == null ? Optional.empty() : keys.find(presented, clock.instant());
    }

    /// Blocking: reads the file if it changed since it was last looked at.
    synchronized void reload() {
        Path path = file;
        if (path == null) {
            return;
        }
        @Nullable Version now = null;
        try {
            now = version(path);
            if (!now.equals(seen)) {
                load(path);
                LOG.infof("keys reloaded file=%s keys=%d", path, ring == null ? 0 : ring.size());
            }
        } catch (IOException | RuntimeException e) {
            if (now == null ? seen != null : !now.equals(seen)) {
                LOG.warnf("key file is broken, the last good keys stay in force file=%s reason=%s", path, reason(e));
            }
            seen = now;
        }
    }

    private void load(Path path) throws IOException {
        Version version = version(path);
        if (version.size() > MAX_FILE_BYTES) {
            throw new IOException("is larger than " + MAX_FILE_BYTES + " bytes");
        }
        ring = KeyRing.parse(Files.readAllBytes(path), json, requiredRole);
        seen = version;
    }

    private static Version version(Path path) throws IOException {
        var attributes = Files.readAttributes(path, java.nio.file.attribute.BasicFileAttributes.class);
        return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }

    /// Says what is wrong without quoting the file: it may hold a key pasted by mistake.
    private static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException missing -> "does not exist";
            case JsonMappingException mapping -> "is not a key list: " + rootMessage(mapping);
            case com.fasterxml.jackson.core.JsonProcessingException syntax ->
                "is not JSON at line "
                        + (syntax.getLocation() == null
                                ? "?"
                                : syntax.getLocation().getLineNr());
            default -> "cannot be used: " + e.getMessage();
        };
    }

    private static String rootMessage(JsonMappingException e) {
        return e.getCause() instanceof IllegalArgumentException cause
                ? String.valueOf(cause.getMessage())
                : "a field has the wrong type";
    }
}
