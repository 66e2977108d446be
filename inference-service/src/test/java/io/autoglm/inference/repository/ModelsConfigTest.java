package io.autoglm.inference.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.engine.WeightFormat;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelsConfigTest {

    private static final int ORDINAL = 300;

    private static ModelsConfig config(Map<String, String> environment) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .addDefaultInterceptors()
                .withMapping(ModelsConfig.class)
                .withSources(new EnvConfigSource(environment, ORDINAL))
                .withValidateUnknown(false)
                .build()
                .getConfigMapping(ModelsConfig.class);
    }

    @Test
    void by_default_there_is_one_model_and_nothing_is_kept() {
        ModelsConfig config = config(Map.of());

        assertThat(config.max()).isEqualTo(8);
        assertThat(config.more()).isEmpty();
        assertThat(config.maxMemory()).isEmpty();
        assertThat(config.roots()).isEmpty();
        assertThat(config.file()).isEmpty();
    }

    @Test
    void the_file_can_be_named_after_the_instance_as_the_launcher_does() {
        ModelsConfig config = config(Map.of(
                "AUTOGLM_MODELS_FILE", "/home/me/.autoglm/models/${autoglm.instance.id}.json",
                "AUTOGLM_INSTANCE_ID", "inference-2"));

        assertThat(config.file()).contains(Path.of("/home/me/.autoglm/models/inference-2.json"));
    }

    @Test
    void more_models_can_be_named_in_the_environment() {
        ModelsConfig config = config(Map.of(
                "AUTOGLM_MODELS_MORE_0__PATH", "/models/BGE-M3",
                "AUTOGLM_MODELS_MORE_1__PATH", "/models/second",
                "AUTOGLM_MODELS_MORE_1__NAME", "The.Second",
                "AUTOGLM_MODELS_MORE_1__WEIGHTS", "int8",
                "AUTOGLM_MODELS_MORE_1__SLOTS", "3",
                "AUTOGLM_MODELS_MORE_1__MAX_TOKENS", "512",
                "AUTOGLM_MODELS_MAX_MEMORY", "2G",
                "AUTOGLM_MODELS_ROOTS", "/models,/more"));

        assertThat(config.more())
                .extracting(ModelsConfig.More::path)
                .containsExactly(Path.of("/models/BGE-M3"), Path.of("/models/second"));
        ModelsConfig.More second = config.more().get(1);
        assertThat(second.name()).contains("The.Second");
        assertThat(second.weights()).contains(WeightFormat.INT8);
        assertThat(second.slots()).hasValue(3);
        assertThat(second.maxTokens()).hasValue(512);
        assertThat(config.maxMemory().orElseThrow().asLongValue()).isEqualTo(2L << 30);
        assertThat(config.roots().orElseThrow()).hasSize(2);
    }
}
