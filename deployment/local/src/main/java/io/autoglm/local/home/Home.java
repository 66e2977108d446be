package io.autoglm.local.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;

/// The folder of one suite, `.autoglm` beside the sources; a suite with a port offset has its own below it. Everything
/// in it can be deleted while the suite is down; with `redis/` go the conversations, with `key` the key.
///
/// @param root   the checkout
/// @param folder absolute
public record Home(Path root, Path folder) {

    /// `AUTOGLM_HOME`, where it is set, is the folder, whatever the offset.
    public static Home of(Path root, int portOffset, Map<String, String> environment) {
        String chosen = environment.getOrDefault("AUTOGLM_HOME", "");
        Path folder = !chosen.isBlank()
                ? Path.of(chosen)
                : portOffset == 0 ? root.resolve(".autoglm") : root.resolve(".autoglm/offset-" + portOffset);
        return new Home(root, folder.toAbsolutePath().normalize());
    }

    /// The API key for clients on this machine, in the clear, readable by its owner alone.
    public Path key() {
        return folder.resolve("key");
    }

    /// What the gateway knows of keys: hashes.
    public Path keysFile() {
        return folder.resolve("keys.json");
    }

    /// The secret by which the services accept each other.
    public Path internalToken() {
        return folder.resolve("internal-token");
    }

    public Path redisPassword() {
        return folder.resolve("redis-password");
    }

    /// What the hashes of keys made by the admin API are worth nothing without. With it go those keys.
    public Path keyPepper() {
        return folder.resolve("key-pepper");
    }

    /// The session that `chat` goes on with.
    public Path chatSession() {
        return folder.resolve("chat-session");
    }

    public Path redis() {
        return folder.resolve("redis");
    }

    /// What was loaded and unloaded while an instance ran, a file for each: the instance puts its id in place
    /// of the expression.
    public Path loadedModels() {
        return folder.resolve("models").resolve("${autoglm.instance.id}.json");
    }

    public Path logs() {
        return folder.resolve("logs");
    }

    public Path log(String part) {
        return logs().resolve(part + ".log");
    }

    public Path run() {
        return folder.resolve("run");
    }

    /// Linked copies of the built services: what runs is not what the next build overwrites.
    public Path apps() {
        return folder.resolve("apps");
    }

    /// Class data archives, one a part; the JVMs make and replace them by themselves.
    public Path archives() {
        return folder.resolve("cds");
    }

    public Path binaries() {
        return folder.resolve("bin");
    }

    /// Held by the supervisor while it lives.
    public Path lock() {
        return run().resolve("lock");
    }

    public Path snapshot() {
        return run().resolve("parts.json");
    }

    /// Makes the folders, closed to other users where the file system knows users.
    public void create() throws IOException {
        Files.createDirectories(folder);
        if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
        for (Path inner : new Path[] {redis(), logs(), run(), apps(), archives(), binaries()}) {
            Files.createDirectories(inner);
        }
    }
}
