package io.autoglm.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MessageAssemblerTest {
    private static final int LIMIT = 10_000;

    /// What a broken instance may go on with for ever.
    enum Endless {
        TEXT,
        REFUSAL,
        CALLS,
        NAME,
        ARGUMENTS,
        IDS,
        TYPES;

        String delta(int i) {
            return switch (this) {
                case TEXT -> "{'content':'aaaaaaaa'}";
                case REFUSAL -> "{'refusal':'aaaaaaaa'}";
                case CALLS -> "{'tool_calls':[{'index':" + i + "}]}";
                case NAME -> "{'tool_calls':[{'index':0,'function':{'name':'aaaaaaaa'}}]}";
                case ARGUMENTS -> "{'tool_calls':[{'index':0,'function':{'arguments':'aaaaaaaa'}}]}";
                case IDS -> "{'tool_calls':[{'index':0,'id':'" + "a".repeat(8 * i) + "'}]}";
                case TYPES -> "{'tool_calls':[{'index':0,'type':'" + "a".repeat(8 * i) + "'}]}";
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void what_goes_on_for_ever_is_given_up(Endless kind) throws JsonProcessingException {
        MessageAssembler assembler = new MessageAssembler(LIMIT);

        for (int i = 0; i < 2_000; i++) {
            assembler.add(json(kind.delta(i)));
        }

        assertThat(assembler.message()).isEmpty();
    }

    @Test
    void an_id_that_comes_again_with_every_piece_counts_once() throws JsonProcessingException {
        MessageAssembler assembler = new MessageAssembler(LIMIT);

        for (int i = 0; i < 500; i++) {
            assembler.add(json("{'tool_calls':[{'index':0,'id':'" + "c".repeat(100)
                    + "','type':'function','function':{'arguments':'12345678'}}]}"));
        }

        assertThat(assembler.message())
                .hasValueSatisfying(message -> assertThat(
                                message.at("/tool_calls/0/function/arguments").textValue())
                        .hasSize(4_000));
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return RequestParser.JSON.readTree(text.replace('\'', '"'));
    }
}
