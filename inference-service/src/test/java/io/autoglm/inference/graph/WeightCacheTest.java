package io.autoglm.inference.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.model.ModelDirectory;
import io.autoglm.inference.model.TinyModel;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightCacheTest {

    private static final long PLENTY = 1L << 30;
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    @TempDir
    Path folder;

    @Test
    void what_was_packed_once_is_mapped_the_next_time() throws IOException {
        ModelDirectory model = ModelDirectory.open(TinyModel.glm().write(folder.resolve("model")));
        try (NativeMemory memory = new NativeMemory()) {
            DecoderGraph first = build(model, memory, PLENTY);
            DecoderGraph second = build(model, memory, PLENTY);

            assertThat(packed(first))
                    .isNotEmpty()
                    .noneMatch(constant -> constant.data().isMapped());
            assertThat(packed(second)).allMatch(constant -> constant.data().isMapped());
            assertThat(second.model()).isEqualTo(first.model());
            for (int i = 0; i < first.constants().size(); i++) {
                assertThat(first.constants()
                                .get(i)
                                .data()
                                .mismatch(second.constants().get(i).data()))
                        .as(first.constants().get(i).name())
                        .isEqualTo(-1);
            }
        }
    }

    @Test
    void a_file_that_was_cut_or_changed_is_made_anew() throws IOException {
        ModelDirectory model = ModelDirectory.open(TinyModel.glm().write(folder.resolve("model")));
        try (NativeMemory memory = new NativeMemory()) {
            DecoderGraph first = build(model, memory, PLENTY);
            Path file = files().getFirst();
            byte[] whole = Files.readAllBytes(file);
            Files.write(file, Arrays.copyOf(whole, whole.length / 2));

            DecoderGraph second = build(model, memory, PLENTY);

            assertThat(packed(second)).noneMatch(constant -> constant.data().isMapped());
            assertThat(second.model()).isEqualTo(first.model());
            assertThat(files()).containsExactly(file);
            assertThat(Files.readAllBytes(file)).hasSize(whole.length);
        }
    }

    @Test
    void a_folder_that_cannot_be_made_costs_nothing_but_time() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");

        assertThat(open(file.resolve("cache"), "a", PLENTY)).isNull();
    }

    @Test
    void the_same_weights_are_made_by_one_at_a_time() {
        try (WeightCache first = open(folder, "a", PLENTY)) {
            assertThat(first).isNotNull();
            assertThat(open(folder, "a", PLENTY)).isNull();
            try (WeightCache other = open(folder, "b", PLENTY)) {
                assertThat(other).isNotNull();
            }
        }
        try (WeightCache later = open(folder, "a", PLENTY)) {
            assertThat(later).isNotNull();
        }
    }

    @Test
    void the_files_that_were_not_used_for_the_longest_time_make_room() throws IOException {
        long one = keep("first", 1000, PLENTY);
        keep("second", 1000, PLENTY);
        Files.setLastModifiedTime(file("first"), FileTime.from(NOW.minusSeconds(20)));
        Files.setLastModifiedTime(file("second"), FileTime.from(NOW.minusSeconds(30)));

        keep("third", 1000, 2 * one);

        assertThat(files()).containsExactlyInAnyOrder(file("first"), file("third"));
    }

    @Test
    void what_is_used_now_is_never_dropped() throws IOException {
        keep("first", 1000, 10);

        assertThat(files()).containsExactly(file("first"));
    }

    private long keep(String digest, int bytes, long mostBytes) throws IOException {
        try (WeightCache cache = Objects.requireNonNull(open(folder, digest, mostBytes));
                NativeMemory memory = new NativeMemory()) {
            cache.made("x.codes", memory.allocate(bytes));
            assertThat(cache.incomplete()).isTrue();
            assertThat(cache.save()).isTrue();
            List<MemorySegment> found = cache.find(Map.of("x.codes", (long) bytes));
            assertThat(found).hasSize(1);
            assertThat(cache.find(Map.of("x.codes", 1L))).isEmpty();
        }
        return Files.size(file(digest));
    }

    private Path file(String digest) {
        return folder.resolve(digest + "-int4-32-v1.safetensors");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(".safetensors")).toList();
        }
    }

    private static @Nullable WeightCache open(Path folder, String digest, long mostBytes) {
        return WeightCache.open(folder, digest, MatrixFormat.INT4, mostBytes, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private DecoderGraph build(ModelDirectory model, NativeMemory memory, long mostBytes) {
        try (WeightCache cache = Objects.requireNonNull(open(folder, model.digest(), mostBytes))) {
            MatrixWriter writer = new MatrixWriter(memory, cache, new LoadProgress(1, () -> 0));
            DecoderGraph graph = DecoderGraphBuilder.build(
                    model.config(), model.weights(), new GraphShape(MatrixFormat.INT4, false, 64), writer);
            if (cache.incomplete()) {
                assertThat(cache.save()).isTrue();
            }
            return graph;
        }
    }

    private static List<Constant> packed(DecoderGraph graph) {
        return graph.constants().stream()
                .filter(constant ->
                        constant.name().endsWith(".codes") || constant.name().endsWith(".weight.scales"))
                .toList();
    }
}
