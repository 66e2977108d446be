package io.autoglm.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpentTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"usage":{"prompt_tokens":12,"completion_tokens":4},"choices":[{"usage":{"prompt_tokens":9}}]} | 12 | 4
                    {"data":[[0.5]],"usage":{"prompt_tokens_details":{"cached_tokens":3},"prompt_tokens":7}}       |  7 | 0
                    {"usage":null}                                                                                 |  0 | 0
                    {"usage":{"prompt_tokens":-5,"completion_tokens":"x"}}                                         |  0 | 0
                    {}                                                                                             |  0 | 0
                    """)
    void the_usage_of_a_whole_answer_is_read_wherever_it_stands(String answer, int prompt, int completion)
            throws IOException {
        assertThat(Spent.ofAnswer(Buffer.buffer(answer))).isEqualTo(new Spent(prompt, completion));
    }

    @Test
    void what_is_no_object_says_so() {
        assertThatThrownBy(() -> Spent.ofAnswer(Buffer.buffer("[]"))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Spent.ofAnswer(Buffer.buffer("{\"usage\":{"))).isInstanceOf(IOException.class);
    }
}
