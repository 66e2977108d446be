package io.autoglm.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingModulesTest {

    @TempDir
    Path model;

    private void write(String file, String text) throws IOException {
        Path path = model.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    @Test
    void a_model_that_says_nothing_has_no_pooling_of_its_own() {
        assertThat(EmbeddingModules.pooling(model)).isEmpty();
    }

    @Test
    void the_one_mode_that_is_on_is_the_pooling() throws IOException {
        write("1_Pooling/config.json", "{\"pooling_mode_mean_tokens\":true,\"pooling_mode_cls_token\":false}");
        assertThat(EmbeddingModules.pooling(model)).contains(Pooling.MEAN);

        write("1_Pooling/config.json", "{\"pooling_mode_lasttoken\":true,\"include_prompt\":true}");
        assertThat(EmbeddingModules.pooling(model)).contains(Pooling.LAST);
    }

    @Test
    void the_list_of_modules_says_where_the_pooling_lies() throws IOException {
        write("modules.json", """
                [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
                 {"idx":1,"name":"1","path":"elsewhere","type":"sentence_transformers.models.Pooling"},
                 {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]""");
        write("1_Pooling/config.json", "{\"pooling_mode_lasttoken\":true}");
        write("elsewhere/config.json", "{\"pooling_mode_mean_tokens\":true}");

        assertThat(EmbeddingModules.pooling(model)).contains(Pooling.MEAN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"pooling_mode_cls_token\":true}",
                "{\"pooling_mode_mean_tokens\":true,\"pooling_mode_lasttoken\":true}",
                "{}"
            })
    void a_pooling_that_this_engine_does_not_do_is_refused_with_its_file(String config) throws IOException {
        write("1_Pooling/config.json", config);

        assertThatThrownBy(() -> EmbeddingModules.pooling(model))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining("set autoglm.embedding.pooling to last or mean");
    }

    @Test
    void a_module_that_would_change_the_vectors_is_refused_by_its_name() throws IOException {
        write("modules.json", "[{\"path\":\"2_Dense\",\"type\":\"sentence_transformers.models.Dense\"}]");

        assertThatThrownBy(() -> EmbeddingModules.pooling(model))
                .hasMessageContaining("lists sentence_transformers.models.Dense");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc", "../other", "a/../../other", "\\u0000"})
    void a_pooling_outside_the_directory_is_refused(String folder) throws IOException {
        write("modules.json", "[{\"path\":\"" + folder + "\",\"type\":\"models.Pooling\"}]");

        assertThatThrownBy(() -> EmbeddingModules.pooling(model))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("which is no folder beside it");
    }

    @Test
    void a_list_larger_than_any_is_not_read() throws IOException {
        write("modules.json", "");
        try (RandomAccessFile list =
                new RandomAccessFile(model.resolve("modules.json").toFile(), "rw")) {
            list.setLength(1L << 30);
        }

        assertThatThrownBy(() -> EmbeddingModules.pooling(model)).hasMessageContaining("too large for a metadata file");
    }

    @Test
    void the_digest_knows_the_pooling_wherever_the_list_says_it_lies() throws IOException {
        Path tiny = TinyModel.glm().write(model);
        write("modules.json", "[{\"path\":\"elsewhere\",\"type\":\"models.Pooling\"}]");
        write("elsewhere/config.json", "{\"pooling_mode_mean_tokens\":true}");
        String before = ModelDirectory.open(tiny).digest();
        write("elsewhere/config.json", "{\"pooling_mode_lasttoken\":true}");

        assertThat(ModelDirectory.open(tiny).digest()).isNotEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[", "", "7"})
    void a_list_that_is_none_is_named(String text) throws IOException {
        write("modules.json", text);

        assertThatThrownBy(() -> EmbeddingModules.pooling(model))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining("modules.json");
    }
}
