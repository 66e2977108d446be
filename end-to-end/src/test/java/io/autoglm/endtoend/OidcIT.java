package io.autoglm.endtoend;

import static io.autoglm.endtoend.Clients.ask;
import static io.autoglm.endtoend.Clients.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.openai.models.chat.completions.ChatCompletion;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.Issuer;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.SharedStack;
import java.io.IOException;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Bearer tokens of an issuer that publishes its keys, as a company's own identity provider does.
@ExtendWith(SharedStack.class)
class OidcIT {
    private final PackagedStack stack;
    private final Issuer issuer;

    OidcIT(PackagedStack stack) {
        this.stack = stack;
        this.issuer = stack.issuer();
    }

    @Test
    void a_token_of_the_issuer_is_let_in_as_the_tenant_that_it_names() throws IOException {
        String session = "session-" + UUID.randomUUID();

        ChatCompletion answer = Clients.openai(stack, issuer.signed(claims()))
                .chat()
                .completions()
                .create(ask("hi").putAdditionalHeader("X-Session-Id", session).build());

        assertThat(text(answer)).isNotBlank();
        assertThat(stack.conversation("acme", "mia", session).path("turns")).hasSize(1);
    }

    @Test
    void a_token_that_has_expired_is_refused() throws IOException {
        ObjectNode claims = claims().put("exp", Instant.now().minusSeconds(300).getEpochSecond());

        assertThat(status(issuer.signed(claims))).isEqualTo(401);
    }

    @Test
    void a_token_that_names_another_issuer_is_refused() throws IOException {
        assertThat(status(issuer.signed(claims().put("iss", "http://127.0.0.1:1"))))
                .isEqualTo(401);
    }

    @Test
    void a_token_for_another_audience_is_refused() throws IOException {
        assertThat(status(issuer.signed(claims().put("aud", "payroll")))).isEqualTo(401);
    }

    @Test
    void a_token_that_another_key_has_signed_is_refused() throws IOException {
        assertThat(status(issuer.signedByAnother(claims()))).isEqualTo(401);
    }

    @Test
    void a_token_without_a_signature_is_refused() throws IOException {
        String signed = issuer.signed(claims());
        String signature = signed.substring(signed.lastIndexOf('.') + 1);

        assertThat(status(issuer.unsigned(claims(), ""))).isEqualTo(401);
        assertThat(status(issuer.unsigned(claims(), signature))).isEqualTo(401);
    }

    @Test
    void a_token_without_the_role_is_forbidden() throws IOException {
        ObjectNode claims = claims();
        claims.putArray("roles").add("visitor");

        assertThat(status(issuer.signed(claims))).isEqualTo(403);
    }

    private ObjectNode claims() {
        return issuer.claims("mia", "acme");
    }

    /// Of a chat with this token.
    private int status(String token) throws IOException {
        Http.Answer answer = Http.post(stack.baseUrl() + "/chat/completions", PackagedStack.as(token), """
                {"model":"autoglm-nano","max_tokens":2,"messages":[{"role":"user","content":"hi"}]}""");
        assertThat(answer.json().at("/error/message").asText())
                .as("refused in OpenAI's shape: " + answer.body())
                .isNotBlank();
        return answer.status();
    }
}
