package io.autoglm.inference.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelDirectoryTest {

    @TempDir
    Path folder;

    @Test
    void a_glm_directory_is_understood() throws IOException {
        ModelDirectory model = ModelDirectory.open(TinyModel.glm().write(folder.resolve("tiny-glm")));

        assertThat(model.name()).isEqualTo("tiny-glm");
        assertThat(model.config().family()).isEqualTo(Family.GLM);
        assertThat(model.config().attention()).isEqualTo(new Attention(4, 2, 32, true, false, false, List.of(0, 0, 0)));
        assertThat(model.config().rotary()).isEqualTo(new Rotary(10_000, 16, true, new Rotary.Unscaled()));
        assertThat(model.config().sizes().kvNumbersPerToken()).isEqualTo(2 * 3 * 2 * 32);
        assertThat(model.generation().eosTokenIds()).containsExactly(1, 2);
    }

    @Test
    void rotary_parameters_are_read_where_newer_configurations_put_them() throws IOException {
        TinyModel tiny = TinyModel.glm();
        tiny.config().remove("rope_theta");
        tiny.config().remove("partial_rotary_factor");
        tiny.config()
                .put(
                        "rope_parameters",
                        Map.of("rope_type", "default", "rope_theta", 500_000.0, "partial_rotary_factor", 1.0));

        assertThat(ModelDirectory.open(tiny.write(folder)).config().rotary())
                .isEqualTo(new Rotary(500_000, 32, true, new Rotary.Unscaled()));
    }

    @Test
    void generation_defaults_are_read_and_their_end_tokens_win() throws IOException {
        TinyModel.glm().write(folder);
        Files.writeString(
                folder.resolve("generation_config.json"),
                "{\"do_sample\": true, \"temperature\": 0.8, \"top_p\": 0.9, \"top_k\": 40, \"eos_token_id\": 7}");

        assertThat(ModelDirectory.open(folder).generation())
                .isEqualTo(new GenerationDefaults(false, 0.8, 0.9, 40, null, null, List.of(7)));
    }

    @Test
    void a_sharded_checkpoint_holds_the_tensors_of_a_single_file() throws IOException {
        TinyModel tiny = TinyModel.glm();
        Weights single = ModelDirectory.open(tiny.write(folder.resolve("single"), ElementType.BF16))
                .weights();
        Weights sharded = ModelDirectory.open(tiny.writeSharded(folder.resolve("sharded")))
                .weights();

        assertThat(sharded.names()).isEqualTo(single.names());
        assertThat(sharded.parameters()).isEqualTo(single.parameters());
        for (String name : single.names()) {
            float[] expected = tiny.tensor(name).numbers();
            float[] numbers = new float[expected.length];
            long[] shape = tiny.tensor(name).shape().stream()
                    .mapToLong(Long::longValue)
                    .toArray();
            sharded.require(name, shape).read(0, numbers, 0, numbers.length);
            assertThat(numbers).as(name).isEqualTo(expected);
        }
    }

    @Test
    void the_digest_changes_with_any_file_and_with_nothing_else() throws IOException {
        TinyModel tiny = TinyModel.glm();
        String first = ModelDirectory.open(tiny.write(folder.resolve("a"))).digest();
        Path copy = tiny.write(folder.resolve("b"));
        Set<String> digests = new HashSet<>();
        digests.add(first);

        assertThat(first)
                .matches("[0-9a-f]{12}")
                .isEqualTo(ModelDirectory.open(copy).digest());
        Files.writeString(copy.resolve("README.md"), "nothing that is served");
        assertThat(ModelDirectory.open(copy).digest()).isEqualTo(first);

        List<String> files = List.of(
                "generation_config.json",
                "tokenizer.json",
                "tokenizer_config.json",
                "chat_template.jinja",
                "chat_template.json",
                "modules.json");
        for (String file : files) {
            Files.writeString(copy.resolve(file), "{}");
            assertThat(digests.add(ModelDirectory.open(copy).digest())).as(file).isTrue();
            Files.writeString(copy.resolve(file), "{ }");
            assertThat(digests.add(ModelDirectory.open(copy).digest())).as(file).isTrue();
        }
        Files.writeString(copy.resolve("config.json"), Files.readString(copy.resolve("config.json")) + "\n");
        assertThat(digests.add(ModelDirectory.open(copy).digest())).isTrue();
        Path weights = copy.resolve("model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        bytes[bytes.length / 2] ^= 1;
        Files.write(weights, bytes);
        assertThat(digests.add(ModelDirectory.open(copy).digest())).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "temperature        | 5    | temperature must be between 0 and 2, but is 5",
                "temperature        | -0.1 | temperature must be between 0 and 2, but is -0.1",
                "top_p              | 0    | top_p must be above 0 and at most 1, but is 0",
                "top_k              | 1.5  | top_k must be a whole number, 0 or -1 for all, but is 1.5",
                "top_k              | -2   | top_k must be a whole number, 0 or -1 for all, but is -2",
                "min_p              | 2    | min_p must be between 0 and 1, but is 2",
                "repetition_penalty | 0    | repetition_penalty must be above 0 and at most 2, but is 0"
            })
    void a_default_that_would_fail_every_request_is_named_with_its_file(String field, String value, String why)
            throws IOException {
        TinyModel.glm().write(folder);
        Path file = folder.resolve("generation_config.json");
        Files.writeString(file, "{\"" + field + "\": " + value + "}");

        refused(folder, file + ": " + why);
    }

    @Test
    void a_sliding_window_is_refused_by_every_family_that_would_ignore_it() throws IOException {
        List<String> refused = new ArrayList<>();
        for (TinyModel tiny : TinyModel.ofEveryFamily()) {
            tiny.config().put("use_sliding_window", true);
            Path written = tiny.write(Files.createTempDirectory(folder, "m"));
            try {
                ModelDirectory.open(written);
            } catch (ModelLoadException e) {
                refused.add(String.valueOf(e.getMessage()).replaceAll(".*use_sliding_window.* for ", ""));
            }
        }

        assertThat(refused)
                .contains("LlamaForCausalLM", "GlmForCausalLM")
                .doesNotContain("MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM");
    }

    @Test
    void a_first_generation_chat_glm_is_told_from_the_later_ones() throws IOException {
        TinyModel tiny = TinyModel.glm();
        tiny.config().put("architectures", List.of("ChatGLMModel"));
        tiny.write(folder);

        refused(
                folder,
                folder.resolve("config.json") + ": is a first-generation ChatGLM-6B, which is another architecture;"
                        + " ChatGLM2, ChatGLM3 and GLM-4 are supported");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"linear\",\"factor\":2}                                                     | 256",
                "{\"type\":\"dynamic\",\"factor\":4}                                                    | 512",
                "{\"rope_type\":\"yarn\",\"factor\":4,\"original_max_position_embeddings\":64}          | 256",
                "{\"rope_type\":\"yarn\",\"factor\":4,\"original_max_position_embeddings\":16}          | 128",
                "{\"rope_type\":\"llama3\",\"factor\":8,\"original_max_position_embeddings\":16}        | 128"
            })
    void a_stretched_model_reaches_as_far_as_it_was_stretched(String scaling, int positions) throws IOException {
        TinyModel tiny = TinyModel.glm();
        tiny.config().put("rope_scaling", new ObjectMapper().readTree(scaling));

        assertThat(ModelDirectory.open(tiny.write(folder)).config().maxPositions())
                .isEqualTo(positions);
    }

    @Test
    void layer_types_say_which_layers_slide() throws IOException {
        TinyModel tiny = TinyModel.ofEveryFamily().stream()
                .filter(model -> model.is("mistral"))
                .findFirst()
                .orElseThrow();
        tiny.config().put("layer_types", List.of("full_attention", "sliding_attention", "full_attention"));

        assertThat(ModelDirectory.open(tiny.write(folder)).config().attention().windows())
                .containsExactly(0, 9, 0);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "n_group             | 2 | n_group 2 is not supported, only 1",
                "num_experts_per_tok | 6 | num_experts_per_tok 6 is more than n_routed_experts 5",
                "n_routed_experts    | 0 | n_routed_experts must be a positive whole number, but is 0"
            })
    void a_mixture_that_cannot_be_is_named(String field, int value, String why) throws IOException {
        TinyModel tiny = TinyModel.glm4Moe(true);
        tiny.config().put(field, value);
        tiny.write(folder);

        refused(folder, folder.resolve("config.json") + ": " + why);
    }

    @Test
    void a_missing_directory_is_named() {
        refused(folder.resolve("absent"), folder.resolve("absent") + ": no such directory");
    }

    @Test
    void a_missing_file_is_named() throws IOException {
        TinyModel.glm().write(folder);
        Files.delete(folder.resolve("model.safetensors"));
        refused(
                folder,
                folder.resolve("model.safetensors") + ": not found, and no model.safetensors.index.json beside it");

        Files.delete(folder.resolve("config.json"));
        refused(folder, folder.resolve("config.json") + ": not found");
    }

    @Test
    void a_missing_shard_is_named() throws IOException {
        TinyModel.glm().writeSharded(folder);
        Path shard = folder.resolve("model-00002-of-00002.safetensors");
        Files.delete(shard);

        refused(folder, shard + ": not found");
    }

    @Test
    void a_shard_outside_of_the_directory_is_refused() throws IOException {
        TinyModel.glm().writeSharded(folder);
        Files.writeString(
                folder.resolve("model.safetensors.index.json"), "{\"weight_map\": {\"lm_head.weight\": \"../x\"}}");

        assertThatThrownBy(() -> ModelDirectory.open(folder))
                .hasMessageEndingWith("weight_map names '../x', which is no file beside it");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 7, 100, 4000, 60_000, -1})
    void a_truncated_checkpoint_says_so_wherever_it_was_cut(long size) throws IOException {
        TinyModel.glm().write(folder);
        Path file = folder.resolve("model.safetensors");
        cut(file, size < 0 ? Files.size(file) + size : size);

        assertThatThrownBy(() -> ModelDirectory.open(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith(file + ": truncated: ");
    }

    @Test
    void what_is_no_safetensors_file_says_so() throws IOException {
        TinyModel.glm().write(folder);
        Files.writeString(folder.resolve("model.safetensors"), "version https://git-lfs.github.com/spec/v1");

        assertThatThrownBy(() -> ModelDirectory.open(folder)).hasMessageContaining("is not a safetensors file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"t\": {\"dtype\": \"I8\", \"shape\": [1], \"data_offsets\": [0, 1]}} | has type I8",
                "{\"t\": {\"dtype\": \"F32\", \"shape\": [0], \"data_offsets\": [0, 0]}} | impossible shape [0]",
                "{\"t\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 4]}} | does not fit its shape [2]",
                "{\"t\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [-4, 0]}} | does not fit",
                "{\"t\": {\"dtype\": \"F32\", \"shape\": [4294967296, 4294967296], \"data_offsets\": [0, 0]}} | does not fit",
                "{\"t\": {\"dtype\": \"F32\", \"shape\": [1]}} | does not fit",
                "[1] | is not a JSON object",
                "{\"t\" | is not JSON"
            })
    void a_header_that_lies_is_not_believed(String header, String why) throws IOException {
        TinyModel.glm().write(folder);
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        Files.write(
                folder.resolve("model.safetensors"),
                ByteBuffer.allocate(64 + json.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(json.length)
                        .put(json)
                        .array());

        assertThatThrownBy(() -> ModelDirectory.open(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageContaining(why);
    }

    @Test
    void an_unknown_architecture_is_named_beside_the_known_ones() throws IOException {
        TinyModel tiny = TinyModel.glm();
        tiny.config().put("architectures", List.of("MambaForCausalLM"));
        tiny.write(folder);

        refused(
                folder,
                folder.resolve("config.json")
                        + ": unknown architecture MambaForCausalLM; this engine knows GlmForCausalLM, Glm4ForCausalLM,"
                        + " Glm4MoeForCausalLM, ChatGLMModel, LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "hidden_size           | 0         | hidden_size must be a positive whole number, but is 0",
                "num_hidden_layers     | \"three\" | num_hidden_layers must be a positive whole number, but is \"three\"",
                "vocab_size            | 1.5       | vocab_size must be a positive whole number, but is 1.5",
                "num_key_value_heads   | 3         | num_attention_heads 4 is not a multiple of num_key_value_heads 3",
                "hidden_act            | \"gelu\"  | hidden_act gelu is not supported, only silu",
                "rope_scaling          | {\"type\":\"longrope\"} | rope_scaling of type longrope is not supported",
                "rope_scaling          | {\"type\":\"yarn\"} | factor must be a number of at least 1, but is missing",
                "rope_theta            | \"x\"     | rope_theta must be a number, but is \"x\"",
                "tie_word_embeddings   | 1         | tie_word_embeddings must be true or false, but is 1",
                "eos_token_id          | [-1]      | eos_token_id must be a token id or a list of them, but is [-1]",
                "partial_rotary_factor | 2.0       | partial_rotary_factor 2.0 of head_dim 32 is no even part of it",
                "quantization_config   | {\"bits\":4} | quantization_config of method '' is not supported, only gptq and awq;",
                "quantization_config   | {\"quant_method\":\"awq\",\"bits\":8} | quantization_config of method awq with 8 bits is not",
                "quantization_config   | {\"quant_method\":\"gptq\",\"group_size\":7} | group_size must be -1 or a multiple of 16",
                "architectures         | []        | architectures must be a list of one name, but is []"
            })
    void a_field_that_cannot_be_is_named(String field, String value, String why) throws IOException {
        TinyModel tiny = TinyModel.glm();
        tiny.config().put(field, new ObjectMapper().readTree(value));
        tiny.write(folder);

        assertThatThrownBy(() -> ModelDirectory.open(folder))
                .isInstanceOf(ModelLoadException.class)
                .hasMessageStartingWith(folder.resolve("config.json") + ": " + why);
    }

    @Test
    void a_missing_field_is_named() throws IOException {
        TinyModel tiny = TinyModel.glm();
        tiny.config().remove("intermediate_size");
        tiny.write(folder);

        refused(
                folder,
                folder.resolve("config.json") + ": intermediate_size must be a positive whole number, but is missing");
    }

    private static void refused(Path path, String message) {
        assertThatThrownBy(() -> ModelDirectory.open(path))
                .isInstanceOf(ModelLoadException.class)
                .hasMessage(message);
    }

    private static void cut(Path file, long size) throws IOException {
        try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }
}
