package io.autoglm.inference.cpu;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jboss.logging.Logger;

/// Keeps ONNX Runtime's native libraries in one place. Left to itself, ONNX Runtime unpacks 28 MB into a new
/// temporary folder at each start, and leaves them there when the process is killed: an instance that is restarted
/// again and again would fill the disk.
final class NativeLibraries {

    private static final Logger LOG = Logger.getLogger(NativeLibraries.class);
    private static final String FOLDER_PROPERTY = "onnxruntime.native.path";
    private static final List<String> NAMES = List.of("onnxruntime", "onnxruntime4j_jni");

    private NativeLibraries() {}

    /// Before the first use of ONNX Runtime. Does nothing where a folder is given already, or none can be written:
    /// then ONNX Runtime unpacks for itself.
    static void unpack() {
        if (System.getProperty(FOLDER_PROPERTY) != null) {
            return;
        }
        try {
            Path cache = Path.of(System.getProperty("user.home"), ".cache", "autoglm");
            Path folder = unpack(platform(System.getProperty("os.name"), System.getProperty("os.arch")), cache);
            System.setProperty(FOLDER_PROPERTY, folder.toString());
        } catch (IOException e) {
            LOG.debugf("ONNX Runtime unpacks itself: %s", e.getMessage());
        }
    }

    /// The folder's name tells its contents, so that two versions, or two processes at once, do not meet.
    static Path unpack(String platform, Path cache) throws IOException {
        MessageDigest sha = sha256();
        for (String name : NAMES) {
            sha.update(library(platform, name));
        }
        Path folder = cache.resolve("onnxruntime-" + HexFormat.of().formatHex(sha.digest(), 0, 6));
        Files.createDirectories(folder);
        for (String name : NAMES) {
            write(library(platform, name), folder.resolve(System.mapLibraryName(name)));
        }
        return folder;
    }

    private static void write(byte[] library, Path file) throws IOException {
        if (Files.exists(file) && Files.size(file) == library.length) {
            return;
        }
        Path unfinished = Files.createTempFile(file.getParent(), "unfinished", null);
        try {
            Files.write(unfinished, library);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the cache cannot be written in one step", e);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static byte[] library(String platform, String name) throws IOException {
        String resource = "/ai/onnxruntime/native/" + platform + "/" + System.mapLibraryName(name);
        try (InputStream in = OrtEnvironment.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("there is no " + resource);
            }
            return in.readAllBytes();
        }
    }

    /// The name that ONNX Runtime's jar has for a platform.
    static String platform(String system, String architecture) {
        String name = system.toLowerCase(Locale.ROOT);
        String os = name.contains("mac") ? "osx" : name.contains("win") ? "win" : "linux";
        return os + "-" + (architecture.equals("amd64") || architecture.equals("x86_64") ? "x64" : architecture);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
