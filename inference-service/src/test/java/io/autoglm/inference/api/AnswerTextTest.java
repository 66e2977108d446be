package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.inference.batching.Events;
import io.autoglm.inference.batching.Generation;
import io.autoglm.inference.batching.Priority;
import io.autoglm.inference.sampling.SampledToken;
import io.autoglm.inference.sampling.Sampler;
import io.autoglm.inference.sampling.SamplerWorkspace;
import io.autoglm.inference.sampling.SamplingParameters;
import io.autoglm.inference.text.StopStrings;
import io.autoglm.inference.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AnswerTextTest {

    @Test
    void a_token_has_the_offset_of_the_character_that_it_begins_or_is_part_of() {
        try (Tokenizer tokenizer = Tokenizer.open(Path.of("..", "models", "autoglm-nano"))) {
            String text = "a 😀 你好𝄞 b";
            int[] tokens = tokenizer.encode(text, false);
            int[] prompt = {1};
            Sampler sampler = new Sampler(SamplingParameters.greedy(), prompt, new SamplerWorkspace(2, 2), null);
            Generation generation = new Generation(
                    0, prompt, 99, Set.of(), sampler, Priority.DEFAULT, Long.MAX_VALUE, new Events(1, 99));
            AnswerText answer = new AnswerText(
                    generation, tokenizer.stream(false, true), new StopStrings(List.of()), null, AnswerText.Ends.NONE);

            for (int token : tokens) {
                answer.append(new SampledToken(token, null, List.of()));
            }

            int[] codes = text.codePoints().toArray();
            for (AnswerToken token : answer.takeTokens()) {
                byte[] bytes = tokenizer.bytes().bytes(token.sampled().token());
                byte[] character = Character.toString(codes[token.offset()]).getBytes(StandardCharsets.UTF_8);
                assertThat(character).contains(bytes[0]);
            }
            assertThat(tokens.length).isGreaterThan(codes.length / 2);
        }
    }
}
