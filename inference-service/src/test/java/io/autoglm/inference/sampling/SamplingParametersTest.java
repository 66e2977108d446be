package io.autoglm.inference.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.model.GenerationDefaults;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingParametersTest {

    private static final GenerationDefaults NONE =
            new GenerationDefaults(false, null, null, null, null, null, List.of(0));

    @Test
    void a_request_that_says_nothing_gets_openais_defaults() {
        assertThat(read("{}", NONE)).isEqualTo(new SamplingParameters(1, 0, 1, 0, 0, 0, 1, Map.of(), null, -1));
    }

    @Test
    void the_models_defaults_fill_in_what_the_request_leaves_open() {
        GenerationDefaults model = new GenerationDefaults(false, 0.6, 0.8, 40, 0.05, 1.1, List.of(0));

        assertThat(read("{\"temperature\":0.2,\"top_k\":-1,\"top_p\":null}", model))
                .isEqualTo(new SamplingParameters(0.2, 0, 0.8, 0.05, 0, 0, 1.1, Map.of(), null, -1));
    }

    @Test
    void a_model_that_asks_for_greedy_is_greedy_until_a_request_says_otherwise() {
        GenerationDefaults model = new GenerationDefaults(true, 0.6, null, null, null, null, List.of(0));

        assertThat(read("{}", model).isGreedy()).isTrue();
        assertThat(read("{\"temperature\":0.7}", model).isGreedy()).isFalse();
    }

    @Test
    void everything_that_is_asked_for_is_read() {
        assertThat(read(
                        "{\"seed\":-5,\"logit_bias\":{\"7\":-100,\"8\":1.5},\"logprobs\":true,\"top_logprobs\":3,"
                                + "\"presence_penalty\":1,\"frequency_penalty\":-2}",
                        NONE))
                .isEqualTo(new SamplingParameters(1, 0, 1, 0, 1, -2, 1, Map.of(7, -100f, 8, 1.5f), -5L, 3));
        assertThat(read("{\"logprobs\":true}", NONE).topLogprobs()).isZero();
        assertThat(read("{\"logprobs\":5}", NONE).topLogprobs()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "temperature|2.1",
                "temperature|-0.1",
                "temperature|\"hot\"",
                "temperature|true",
                "top_p|0",
                "top_p|1.01",
                "top_k|-2",
                "top_k|1.5",
                "min_p|1.1",
                "presence_penalty|2.5",
                "frequency_penalty|-2.5",
                "repetition_penalty|0",
                "repetition_penalty|2.5",
                "seed|1.5",
                "seed|\"x\"",
                "logit_bias|[]",
                "logit_bias|{\"a\":1}",
                "logit_bias|{\"1\":\"x\"}",
                "logit_bias|{\"1\":101}",
                "logit_bias|{\"-1\":1}",
                "top_logprobs|3",
                "top_logprobs|-1",
                "logprobs|\"yes\"",
                "logprobs|21",
                "logprobs|-1"
            })
    void a_value_of_the_wrong_type_or_out_of_range_is_named(String param, String value) {
        assertThatThrownBy(() -> read("{\"" + param + "\":" + value + "}", NONE))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo(param));
    }

    @Test
    void too_many_alternatives_are_named() {
        assertThatThrownBy(() -> read("{\"logprobs\":true,\"top_logprobs\":21}", NONE))
                .isInstanceOfSatisfying(
                        InvalidParameterException.class,
                        e -> assertThat(e.param()).isEqualTo("top_logprobs"));
    }

    private static SamplingParameters read(String request, GenerationDefaults defaults) {
        try {
            return SamplingParameters.read(new ObjectMapper().readTree(request), defaults);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
