package io.autoglm.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.autoglm.gateway.upstream.Broken.Kind;
import io.autoglm.gateway.upstream.FirstToken.Sign;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SseSplitterTest {

    @Test
    void events_are_the_same_however_the_bytes_are_cut() {
        String stream =
                "data: {\"a\":\"世界 😀\"}\n\n: ping\r\n\r\ndata:x\ndata: y\n\nid: 1\rdata: z\r\rdata: [DONE]\n\n";
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        List<String> whole = data(new SseSplitter(1_000).feed(Buffer.buffer(bytes)));
        assertThat(whole).containsExactly("{\"a\":\"世界 😀\"}", "", "x\ny", "z", "[DONE]");

        Random random = new Random(11);
        for (int round = 0; round < 500; round++) {
            SseSplitter splitter = new SseSplitter(1_000);
            List<SseEvent> events = new ArrayList<>();
            Buffer again = Buffer.buffer();
            for (int at = 0; at < bytes.length; ) {
                int size = Math.min(bytes.length - at, 1 + random.nextInt(7));
                events.addAll(splitter.feed(Buffer.buffer(bytes).getBuffer(at, at + size)));
                at += size;
            }
            events.forEach(event -> again.appendBuffer(event.raw()));
            assertThat(again.getBytes()).isEqualTo(bytes);
            assertThat(data(events)).isEqualTo(whole);
        }
    }

    @Test
    void an_event_beyond_the_limit_is_an_error_and_not_memory() {
        SseSplitter splitter = new SseSplitter(100);
        splitter.feed(Buffer.buffer("data: " + "x".repeat(90)));

        assertThatThrownBy(() -> splitter.feed(Buffer.buffer("xxxxx"))).hasMessageContaining("100 bytes");
    }

    @Test
    void what_has_not_ended_stays_pending() {
        SseSplitter splitter = new SseSplitter(100);

        assertThat(splitter.feed(Buffer.buffer("data: a\n"))).isEmpty();
        assertThat(splitter.feed(Buffer.buffer("\n"))).containsExactly(new SseEvent(Buffer.buffer("data: a\n\n"), "a"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {"choices":[{"delta":{"role":"assistant"}}]}                     | NOT_YET
                    {"choices":[{"delta":{"role":"assistant","content":""}}]}        | NOT_YET
                    {"choices":[{"delta":{"content":null},"finish_reason":null}]}    | NOT_YET
                    {"choices":[{"delta":{"content":"a"}}]}                          | HERE
                    {"choices":[{"delta":{"reasoning_content":"a"}}]}                | HERE
                    {"choices":[{"delta":{"reasoning":"a"}}]}                        | HERE
                    {"choices":[{"delta":{"function_call":{"name":"a"}}}]}           | HERE
                    {"choices":[{"delta":{"audio":{"id":"a"}}}]}                     | HERE
                    {"choices":[{"delta":{"refusal":null,"tool_calls":[],"audio":{}}}]} | NOT_YET
                    {"choices":[{"delta":{"tool_calls":[{"index":0}]}}]}             | HERE
                    {"choices":[{"delta":{},"finish_reason":"stop"}]}                | HERE
                    {"choices":[{"text":"a"}]}                                       | HERE
                    {"error":{"type":"server_error"}}                                | STATUS
                    {"error":{"message":"no type"}}                                  | STATUS
                    {"error":{"type":"InternalServerError","code":500}}              | STATUS
                    {"error":{"type":"server_error","code":"deadline_exceeded"}}     | DEADLINE
                    {"error":{"type":"rate_limit_error"}}                            | BUSY
                    {"error":{"type":"ServiceUnavailable","code":503}}               | BUSY
                    {"error":{"type":"invalid_request_error"}}                       | HERE
                    {"error":{"type":"BadRequestError","code":400}}                  | HERE
                    [DONE]                                                           | HERE
                    gibberish                                                        | HERE
                    """)
    void the_first_token_is_told_from_the_greeting(String data, String sign) {
        assertThat(FirstToken.in(new SseEvent(Buffer.buffer(), data)))
                .isEqualTo(
                        switch (sign) {
                            case "NOT_YET" -> new Sign.NotYet();
                            case "HERE" -> new Sign.Here();
                            default -> new Sign.Broke(Kind.valueOf(sign));
                        });
    }

    private static List<String> data(List<SseEvent> events) {
        return events.stream().map(SseEvent::data).toList();
    }
}
