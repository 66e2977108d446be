package io.autoglm.inference.graph;

import io.autoglm.inference.model.SafetensorsFile;
import io.autoglm.inference.model.SafetensorsWriter;
import io.autoglm.inference.model.Tensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The packed matrices of one model in one format, kept in a file, so that only the first start rounds them.
/// Processes that want the same ones at once wait for the first of them. The file is mapped: its pages are
/// shared, and can be had back by the system once ONNX Runtime has laid out its own copy.
///
/// A folder that cannot be written, or a file that is not what it should be, costs the time of rounding and
/// nothing else.
public final class WeightCache implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger(WeightCache.class);

    /// Changes whenever the same checkpoint would be packed into other bytes.
    private static final int LAYOUT = 1;

    private static final String SUFFIX = ".safetensors";

    private final Path file;
    private final FileChannel lock;
    private final long mostBytes;
    private final Clock clock;
    private Map<String, Tensor> kept = Map.of();
    private final Map<String, MemorySegment> made = new HashMap<>();

    private WeightCache(Path file, FileChannel lock, long mostBytes, Clock clock) {
        this.file = file;
        this.lock = lock;
        this.mostBytes = mostBytes;
        this.clock = clock;
    }

    /// Waits while another process makes the same file.
    ///
    /// @param folder    is made where there is none
    /// @param digest    of the model
    /// @param mostBytes of all files in the folder together; the longest unused go first
    /// @return null where nothing can be kept
    public static @Nullable WeightCache open(
            Path folder, String digest, MatrixFormat format, long mostBytes, Clock clock) {
        String name = "%s-int%d-%d-v%d".formatted(digest, format.bits(), format.block(), LAYOUT);
        try {
            Files.createDirectories(folder);
            FileChannel lock = lock(folder.resolve(name + ".lock"));
            WeightCache cache = new WeightCache(folder.resolve(name + SUFFIX), lock, mostBytes, clock);
            cache.read();
            return cache;
        } catch (IOException | OverlappingFileLockException e) {
            // The latter: this process has it open already.
            LOG.infof("packed weights are not kept: %s", e);
            return null;
        }
    }

    private static FileChannel lock(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                LOG.infof("waiting for another process that packs the same weights file=%s", file);
                channel.lock();
            }
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private void read() {
        if (!Files.isRegularFile(file)) {
            return;
        }
        try {
            kept = SafetensorsFile.read(file);
            Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        } catch (IOException | RuntimeException e) {
            LOG.infof("packed weights are made anew: %s", e.getMessage());
            kept = Map.of();
        }
    }

    /// Whether anything was made that is not in the file.
    public boolean incomplete() {
        return !made.isEmpty();
    }

    /// @param sizes in bytes
    /// @return each by its name, or nothing where not all of them are there in that size
    List<MemorySegment> find(Map<String, Long> sizes) {
        List<MemorySegment> found = new ArrayList<>();
        sizes.forEach((name, bytes) -> {
            Tensor tensor = kept.get(name);
            if (tensor != null && tensor.data().byteSize() == bytes) {
                found.add(tensor.data());
            }
        });
        return found.size() == sizes.size() ? found : List.of();
    }

    /// To be written by [#save].
    void made(String name, MemorySegment bytes) {
        made.put(name, bytes);
    }

    /// Writes what was made, under its name only when it is whole and on the disk; from then on it is found.
    ///
    /// @return false where it could not be written
    public boolean save() {
        // Scales first: floats must begin at a multiple of four bytes, and they alone are sure to end at one.
        List<SafetensorsWriter.Bytes> tensors = made.entrySet().stream()
                .sorted(Comparator.comparing(part -> !part.getKey().endsWith(".scales")))
                .map(part -> new SafetensorsWriter.Bytes(part.getKey(), part.getValue()))
                .toList();
        Path unfinished = file.resolveSibling(file.getFileName() + ".part");
        try {
            SafetensorsWriter.writeBytes(unfinished, tensors);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            made.clear();
            read();
            dropLongestUnused();
            return true;
        } catch (IOException e) {
            LOG.infof("packed weights are not kept: %s", e);
            delete(unfinished);
            return false;
        }
    }

    private void dropLongestUnused() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(file.getParent())) {
            files = all.filter(other -> other.toString().endsWith(SUFFIX))
                    .sorted(Comparator.comparing(WeightCache::lastUsed).reversed())
                    .toList();
        }
        long bytes = 0;
        for (Path other : files) {
            bytes += Files.size(other);
            if (bytes > mostBytes && !other.equals(file)) {
                LOG.infof("packed weights that were not used for the longest time are dropped file=%s", other);
                delete(other);
            }
        }
    }

    private static FileTime lastUsed(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            return FileTime.fromMillis(0);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.debugf(e, "cannot delete %s", file);
        }
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.debug("cannot let go of the lock", e);
        }
    }
}
