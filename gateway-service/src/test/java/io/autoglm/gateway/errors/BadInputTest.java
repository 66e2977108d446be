package io.autoglm.gateway.errors;

import static io.autoglm.gateway.neighbours.Client.ask;
import static io.autoglm.gateway.neighbours.Client.chat;
import static io.autoglm.gateway.neighbours.Client.error;
import static io.autoglm.gateway.neighbours.Client.post;
import static io.autoglm.gateway.neighbours.Client.send;
import static io.autoglm.gateway.neighbours.Client.withKey;
import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.gateway.neighbours.Neighbours;
import io.autoglm.gateway.neighbours.RawConnection;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@QuarkusTest
@WithTestResource(Neighbours.class)
class BadInputTest {
    /// Set by the test resource before each test.
    @SuppressWarnings("NullAway.Init")
    Neighbours neighbours;

    @BeforeEach
    void everybodyIsUp() {
        neighbours.reset();
    }

    @AfterEach
    void nobodyElseWasBothered() {
        assertThat(neighbours.scheduler.asked()).isEmpty();
        assertThat(neighbours.first.received()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {'messages':[{'role':'user'}]}                             | model
                    {'model':null,'messages':[{'role':'user'}]}                | model
                    {'model':7,'messages':[{'role':'user'}]}                   | model
                    {'model':' ','messages':[{'role':'user'}]}                 | model
                    {'model':'nano'}                                           | messages
                    {'model':'nano','messages':null}                           | messages
                    {'model':'nano','messages':'hi'}                           | messages
                    {'model':'nano','messages':[]}                             | messages
                    {'model':'nano','messages':['hi']}                         | messages[0]
                    {'model':'nano','messages':[{'role':'user'},{'content':'x'}]} | messages[1].role
                    {'model':'nano','messages':[{'role':1}]}                   | messages[0].role
                    {'model':'nano','messages':[{'role':'user'}],'stream':'yes'} | stream
                    {'model':'nano','messages':[{'role':'user'}],'stream_options':true} | stream_options
                    {'model':'nano','messages':[{'role':'user'}],'stream_options':{'include_usage':1}} | stream_options.include_usage
                    []                                                         | body
                    'text'                                                     | body
                    """)
    void a_field_at_fault_is_named(String body, String param) {
        HttpResponse<String> response = chat(body.replace('\'', '"'));

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response).getString("type")).isEqualTo("invalid_request_error");
        assertThat(error(response).getString("param")).isEqualTo(param);
        assertThat(error(response).getString("message")).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "{",
                "{\"model\":\"nano\",}",
                "{\"model\":\"nano\"} trailing",
                "{\"model\":\"nano\",\"model\":\"other\",\"messages\":[{\"role\":\"user\"}]}",
                "\u0000\u0001",
                "NaN"
            })
    void what_is_not_json_is_400(String body) {
        HttpResponse<String> response = chat(body);

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(error(response).getString("type")).isEqualTo("invalid_request_error");
    }

    @Test
    void nesting_without_end_is_400_and_not_a_stack_overflow() {
        String deep = "[".repeat(50_000) + "]".repeat(50_000);

        assertThat(chat("{\"model\":\"nano\",\"messages\":" + deep + "}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void a_body_beyond_the_limit_is_413_in_openais_shape() {
        HttpResponse<String> response = chat(ask("x".repeat(300_000), false));

        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(error(response).getString("code")).isEqualTo("request_too_large");
    }

    @Test
    void after_a_413_in_the_middle_of_a_body_the_connection_closes() throws Exception {
        RawConnection connection = RawConnection.open(neighbours.vertx());

        connection.send(RawConnection.head(10_000_000) + "x".repeat(250_000));

        assertThat(connection.end().get(20, TimeUnit.SECONDS))
                .startsWith("HTTP/1.1 413")
                .containsIgnoringCase("connection: close")
                .contains("request_too_large");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "json"})
    void another_content_type_is_415(String type) {
        HttpResponse<String> response = chat(ask("hi", false), "Content-Type", type);

        assertThat(response.statusCode()).isEqualTo(415);
        assertThat(error(response).getString("param")).isEqualTo("Content-Type");
    }

    @Test
    void a_prompt_is_required_of_a_text_completion() {
        assertThat(error(post("/v1/completions", "{\"model\":\"nano\"}")).getString("param"))
                .isEqualTo("prompt");
    }

    @Test
    void unknown_paths_and_methods_are_404_and_405_in_openais_shape() {
        HttpResponse<String> path = post("/v1/images/generations", "{}");
        HttpResponse<String> outside = send(withKey("/nowhere").GET());
        HttpResponse<String> method = send(withKey("/v1/chat/completions").GET());
        HttpResponse<String> model = send(withKey("/v1/models/gpt-9").GET());

        assertThat(path.statusCode()).isEqualTo(404);
        assertThat(error(path).getString("code")).isEqualTo("unknown_url");
        assertThat(outside.statusCode()).isEqualTo(404);
        assertThat(error(outside).getString("code")).isEqualTo("unknown_url");
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(error(method).getString("code")).isEqualTo("method_not_allowed");
        assertThat(model.statusCode()).isEqualTo(404);
        assertThat(error(model).getString("code")).isEqualTo("model_not_found");
        assertThat(send(withKey("/v1/models").method("PATCH", BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(405);
    }
}
