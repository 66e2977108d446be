package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.sampling.SampledToken;
import io.autoglm.inference.sampling.TokenLogprob;
import io.autoglm.inference.text.Vocabularies;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogprobsTest {

    /// Behind the 256 bytes two words, the second with the text of the control token 259.
    private final Logprobs logprobs = new Logprobs(Vocabularies.byteLevel(List.of(" hello", "<|user|>")));

    private static AnswerToken token(int id, int offset, TokenLogprob... top) {
        return new AnswerToken(new SampledToken(id, -0.5f, List.of(top)), offset);
    }

    @Test
    void a_token_keeps_its_leading_space_and_its_bytes() {
        JsonNode entry = logprobs.chat(List.of(token(256, 0))).at("/content/0");

        assertThat(entry.path("token").textValue()).isEqualTo(" hello");
        assertThat(entry.path("bytes").toString()).isEqualTo("[32,104,101,108,108,111]");
    }

    @Test
    void a_part_of_a_character_is_told_by_its_bytes() {
        assertThat(logprobs.chat(List.of(token(0xe4, 0))).at("/content/0/token").textValue())
                .isEqualTo("\\xe4");
        assertThat(logprobs.chat(List.of(token(0xe4, 0))).at("/content/0/bytes").toString())
                .isEqualTo("[228]");
        assertThat(logprobs.completion(List.of(token(0xe4, 0))).at("/tokens/0").textValue())
                .isEqualTo("bytes:\\xe4");
    }

    @Test
    void no_alternative_hides_another() {
        JsonNode top = logprobs.completion(List.of(token(
                        'A',
                        0,
                        new TokenLogprob(257, -1),
                        new TokenLogprob(259, -2),
                        new TokenLogprob(0xe4, -3),
                        new TokenLogprob(0xe5, -4))))
                .at("/top_logprobs/0");

        assertThat(top.toString())
                .isEqualTo("{\"<|user|>\":-1.0,\"token_id:259\":-2.0,\"bytes:\\\\xe4\":-3.0,\"bytes:\\\\xe5\":-4.0}");
    }

    @Test
    void a_token_that_cannot_come_has_a_number_all_the_same() {
        SampledToken impossible =
                new SampledToken('A', Float.NEGATIVE_INFINITY, List.of(new TokenLogprob('B', Float.NEGATIVE_INFINITY)));
        List<AnswerToken> answer = List.of(new AnswerToken(impossible, 0));

        assertThat(logprobs.chat(answer).at("/content/0/logprob").doubleValue()).isEqualTo(-9999);
        assertThat(logprobs.chat(answer).at("/content/0/top_logprobs/0/logprob").doubleValue())
                .isEqualTo(-9999);
        assertThat(logprobs.completion(answer).at("/token_logprobs/0").doubleValue())
                .isEqualTo(-9999);
        assertThat(logprobs.completion(answer).at("/top_logprobs/0/B").doubleValue())
                .isEqualTo(-9999);
    }

    @Test
    void offsets_are_those_of_the_text() {
        assertThat(logprobs.completion(List.of(token('A', 0), token(0xe4, 1), token(0xbd, 1), token('B', 2)))
                        .path("text_offset")
                        .toString())
                .isEqualTo("[0,1,1,2]");
    }
}
