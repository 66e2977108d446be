package io.autoglm.inference.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.inference.NanoProfile;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// vLLM's parameters, asked of the model that is shipped.
@QuarkusTest
@TestProfile(NanoProfile.class)
class ParametersTest extends ServedTest {

    private static final String CHAT = "/v1/chat/completions";
    private static final String PLAIN = "/v1/completions";

    private JsonNode chat(String more) {
        return answered(CHAT, """
                {"model":"autoglm-nano","messages":[{"role":"user","content":"hello"}],"temperature":0%s}""".formatted(more));
    }

    private JsonNode plain(String more) {
        return answered(PLAIN, """
                {"model":"autoglm-nano","prompt":"The weather is","temperature":0%s}""".formatted(more));
    }

    private static String content(JsonNode answer) {
        return answer.at("/choices/0/message/content").textValue();
    }

    private static String text(JsonNode answer) {
        return answer.at("/choices/0/text").textValue();
    }

    private String refusedBy(String path, String body) {
        Client.Answer answer = client.post(path, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        return answer.json().at("/error/param").textValue();
    }

    @Test
    void an_answer_has_at_least_min_tokens() {
        JsonNode usual = chat(",\"max_tokens\":200");
        assertThat(usual.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
        int tokens = usual.at("/usage/completion_tokens").intValue();

        JsonNode longer = chat(",\"max_tokens\":200,\"min_tokens\":" + (tokens + 10));

        assertThat(longer.at("/usage/completion_tokens").intValue()).isGreaterThanOrEqualTo(tokens + 10);
        assertThat(content(longer)).startsWith(content(usual));
    }

    @Test
    void a_stop_string_does_not_count_before_min_tokens() {
        String all = text(plain(",\"max_tokens\":12,\"ignore_eos\":true"));
        String stop = "\"" + all.substring(0, 1).replace("\n", "\\n").replace("\"", "\\\"") + "\"";

        assertThat(text(plain(",\"max_tokens\":12,\"ignore_eos\":true,\"stop\":" + stop)))
                .isEmpty();
        assertThat(plain(",\"max_tokens\":12,\"min_tokens\":12,\"ignore_eos\":true,\"stop\":" + stop)
                        .at("/usage/completion_tokens")
                        .intValue())
                .isEqualTo(12);
    }

    @Test
    void what_stopped_an_answer_is_in_it_where_that_is_asked_for() {
        String all = text(plain(",\"max_tokens\":12,\"ignore_eos\":true"));
        String stop = all.substring(2, 4);
        String field = ",\"max_tokens\":12,\"ignore_eos\":true,\"stop\":[" + Client.JSON.valueToTree(stop) + "]";

        String without = text(plain(field));
        assertThat(all).startsWith(without + stop);
        assertThat(text(plain(field + ",\"include_stop_str_in_output\":true"))).isEqualTo(without + stop);
    }

    @Test
    void an_end_token_is_shown_where_it_is_part_of_the_answer_and_special_tokens_are_shown() {
        String usual = content(chat(",\"max_tokens\":200"));

        String shown =
                content(chat(",\"max_tokens\":200,\"include_stop_str_in_output\":true,\"skip_special_tokens\":false"));

        assertThat(shown).startsWith(usual).matches("(?s).*<\\|(user|endoftext|observation)\\|>$");
    }

    @Test
    void a_stop_token_ends_the_answer_before_it() {
        JsonNode first = answered("/tokenize", "{\"prompt\":\"hello\",\"add_special_tokens\":false}");
        int token = first.at("/tokens/0").intValue();
        String only = ",\"max_tokens\":5,\"ignore_eos\":true,\"allowed_token_ids\":[" + token + "]";
        assertThat(plain(only).at("/usage/completion_tokens").intValue()).isEqualTo(5);

        JsonNode stopped = plain(only + ",\"stop_token_ids\":[" + token + "]");

        assertThat(text(stopped)).isEmpty();
        assertThat(stopped.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
    }

    @Test
    void a_bad_word_is_not_written() {
        String usual = content(chat(",\"max_tokens\":60"));
        String word = usual.split("\\W+", -1)[0];
        assertThat(word).isNotEmpty();

        String other = content(chat(",\"max_tokens\":60,\"bad_words\":[\"" + word + "\"]"));

        assertThat(other).doesNotStartWith(word);
    }

    @Test
    void of_best_of_answers_the_best_are_given_and_all_are_paid_for() {
        String asked = ",\"temperature\":1.2,\"seed\":7,\"max_tokens\":8,\"ignore_eos\":true,\"logprobs\":0";
        String prompt = "{\"model\":\"autoglm-nano\",\"prompt\":\"The weather is\"";
        JsonNode all = answered(PLAIN, prompt + asked + ",\"n\":6}");
        List<Double> means = new ArrayList<>();
        all.path("choices").forEach(choice -> means.add(mean(choice)));
        means.sort((a, b) -> Double.compare(b, a));

        JsonNode best = answered(PLAIN, prompt + asked + ",\"n\":2,\"best_of\":6}");

        assertThat(best.path("choices")).hasSize(2);
        assertThat(mean(best.path("choices").path(0))).isEqualTo(means.get(0));
        assertThat(mean(best.path("choices").path(1))).isEqualTo(means.get(1));
        assertThat(best.at("/usage/completion_tokens").intValue()).isEqualTo(48);
        assertThat(refusedBy(PLAIN, prompt + ",\"best_of\":2,\"stream\":true}")).isEqualTo("best_of");
        assertThat(refusedBy(PLAIN, prompt + ",\"best_of\":2,\"n\":3}")).isEqualTo("best_of");
    }

    private static double mean(JsonNode choice) {
        double sum = 0;
        JsonNode logprobs = choice.at("/logprobs/token_logprobs");
        for (JsonNode logprob : logprobs) {
            sum += logprob.doubleValue();
        }
        return sum / logprobs.size();
    }

    private static double sum(JsonNode choice) {
        double sum = 0;
        for (JsonNode logprob : choice.at("/logprobs/token_logprobs")) {
            sum += logprob.doubleValue();
        }
        return sum;
    }

    @Test
    void a_beam_search_finds_answers_that_are_no_less_likely_than_the_greedy_one() {
        String asked = ",\"max_tokens\":10,\"ignore_eos\":true,\"logprobs\":1";
        double greedy = sum(plain(asked).at("/choices/0"));

        JsonNode one = plain(asked + ",\"use_beam_search\":true");
        JsonNode two = plain(asked + ",\"use_beam_search\":true,\"beam_width\":6,\"n\":2");

        assertThat(text(one)).isEqualTo(text(plain(asked)));
        assertThat(two.path("choices")).hasSize(2);
        assertThat(sum(two.at("/choices/0"))).isGreaterThanOrEqualTo(greedy - 1e-3);
        assertThat(sum(two.at("/choices/0"))).isGreaterThanOrEqualTo(sum(two.at("/choices/1")));
        assertThat(two.at("/choices/0/text")).isNotEqualTo(two.at("/choices/1/text"));
        assertThat(two.at("/usage/completion_tokens").intValue()).isEqualTo(20);
        assertThat(two.at("/choices/0/finish_reason").textValue()).isEqualTo("length");
    }

    @Test
    void a_beam_search_in_a_chat_ends_where_the_model_does() {
        JsonNode answer = chat(",\"max_tokens\":100,\"use_beam_search\":true,\"n\":3");

        assertThat(answer.path("choices")).hasSize(3);
        assertThat(answer.at("/choices/0/finish_reason").textValue()).isEqualTo("stop");
        assertThat(content(answer)).isNotBlank();
    }

    @Test
    void what_a_beam_search_cannot_keep_is_refused_by_name() {
        String beams = "{\"model\":\"autoglm-nano\",\"prompt\":\"a\",\"use_beam_search\":true";
        for (String[] other : new String[][] {
            {"use_beam_search", ",\"stream\":true"},
            {"use_beam_search", ",\"response_format\":{\"type\":\"json_object\"}"},
            {"stop", ",\"stop\":\"x\""},
            {"presence_penalty", ",\"presence_penalty\":1"},
            {"beam_width", ",\"beam_width\":11"},
            {"beam_width", ",\"beam_width\":1,\"n\":2"},
            {"best_of", ",\"best_of\":2"},
        }) {
            assertThat(refusedBy(PLAIN, beams + other[1] + "}")).as(other[1]).isEqualTo(other[0]);
        }
        assertThat(refusedBy(PLAIN, "{\"model\":\"autoglm-nano\",\"prompt\":\"a\",\"beam_width\":2}"))
                .isEqualTo("beam_width");
    }

    @Test
    void the_last_message_is_continued_where_it_ends() {
        String messages = """
                {"model":"autoglm-nano","temperature":0,"max_tokens":%d,"messages":[{"role":"user","content":"hello"}%s]%s}""";
        String whole = content(answered(CHAT, messages.formatted(100, "", "")));
        String begun = whole.substring(0, whole.length() / 2);
        String last = ",{\"role\":\"assistant\",\"content\":" + Client.JSON.valueToTree(begun) + "}";
        String fields = ",\"continue_final_message\":true,\"add_generation_prompt\":false";

        String rest = content(answered(CHAT, messages.formatted(100, last, fields)));
        String echoed = content(answered(CHAT, messages.formatted(100, last, fields + ",\"echo\":true")));

        String prompt = "[gMASK]<sop><|user|>\nhello<|assistant|>\n" + begun;
        assertThat(rest).isEqualTo(text(answered(PLAIN, """
                {"model":"autoglm-nano","temperature":0,"max_tokens":100,"add_special_tokens":false,"prompt":%s}""".formatted(Client.JSON.valueToTree(prompt)))));
        assertThat(echoed).isEqualTo(begun + rest);
        assertThat(refusedBy(CHAT, messages.formatted(9, last, ",\"continue_final_message\":true")))
                .isEqualTo("continue_final_message");
        assertThat(refusedBy(CHAT, messages.formatted(9, ",{\"role\":\"assistant\",\"content\":\" \"}", fields)))
                .isEqualTo("continue_final_message");
    }

    @Test
    void of_a_prompt_the_last_tokens_are_kept() {
        String prompt = "one two three four five six seven eight nine ten";
        JsonNode tokens = answered("/tokenize", "{\"prompt\":\"" + prompt + "\",\"add_special_tokens\":false}");
        List<Integer> ids = new ArrayList<>();
        tokens.path("tokens").forEach(id -> ids.add(id.intValue()));
        List<Integer> last = ids.subList(ids.size() - 4, ids.size());
        String rest = ",\"max_tokens\":6,\"temperature\":0,\"ignore_eos\":true,\"add_special_tokens\":false";

        JsonNode cut = answered(
                PLAIN,
                "{\"model\":\"autoglm-nano\",\"truncate_prompt_tokens\":4,\"prompt\":\"" + prompt + "\"" + rest + "}");
        JsonNode same = answered(PLAIN, "{\"model\":\"autoglm-nano\",\"prompt\":" + last + rest + "}");

        assertThat(cut.at("/usage/prompt_tokens").intValue()).isEqualTo(4);
        assertThat(text(cut)).isEqualTo(text(same));
        JsonNode fitting = answered(
                PLAIN,
                "{\"model\":\"autoglm-nano\",\"truncate_prompt_tokens\":-1,\"prompt\":\""
                        + "hello there ".repeat(20_000) + "\",\"max_tokens\":6,\"ignore_eos\":true}");
        assertThat(fitting.at("/usage/prompt_tokens").intValue()).isEqualTo(2042);
    }

    @Test
    void a_prompt_that_fits_is_not_truncated_for_the_sake_of_a_long_answer_and_one_that_does_not_keeps_half() {
        String request = "{\"model\":\"autoglm-nano\",\"truncate_prompt_tokens\":%d,\"prompt\":\"%s\","
                + "\"max_tokens\":1000000,\"stop\":[\" \",\"e\",\"a\",\"o\"]}";
        String prompt = "hello there ".repeat(100);

        JsonNode whole = answered(PLAIN, request.formatted(2048, prompt));
        JsonNode fitting = answered(PLAIN, request.formatted(-1, prompt));
        JsonNode cut = answered(PLAIN, request.formatted(-1, prompt.repeat(100)));

        assertThat(whole.at("/usage/prompt_tokens").intValue()).isGreaterThan(200);
        assertThat(fitting.at("/usage/prompt_tokens")).isEqualTo(whole.at("/usage/prompt_tokens"));
        assertThat(text(fitting)).isEqualTo(text(whole));
        assertThat(cut.at("/usage/prompt_tokens").intValue()).isEqualTo(1024);
    }

    @Test
    void an_answer_is_of_the_form_that_vllm_has_names_for() {
        for (String field : List.of("\"guided_%s\":%s", "\"structured_outputs\":{\"%s\":%s}")) {
            String end = ",\"max_tokens\":60,\"temperature\":1,\"seed\":3,";
            assertThat(content(chat(end + field.formatted("choice", "[\"left\",\"right\"]"))))
                    .isIn("left", "right");
            assertThat(content(chat(end + field.formatted("regex", "\"[A-Z]{3}-\\\\d{2,4}\""))))
                    .matches("[A-Z]{3}-\\d{2,4}");
            assertThat(content(chat(end + field.formatted("grammar", "\"root ::= \\\"<\\\" [a-z]{2,5} \\\">\\\"\""))))
                    .matches("<[a-z]{2,5}>");
            assertThat(content(chat(end + field.formatted("json", "{\"enum\":[1,\"two\",null]}")))
                            .strip())
                    .isIn("1", "\"two\"", "null");
            assertThat(text(plain(end + field.formatted("json", "\"{\\\"type\\\":\\\"boolean\\\"}\"")))
                            .strip())
                    .isIn("true", "false");
        }
        assertThat(content(chat(",\"max_tokens\":60,\"structured_outputs\":{\"json_object\":true}"))
                        .strip())
                .startsWith("{")
                .endsWith("}");
    }

    @Test
    void a_form_that_cannot_be_kept_is_refused_by_name() {
        String begun = "{\"model\":\"autoglm-nano\",\"prompt\":\"a\",";
        for (String[] other : new String[][] {
            {"guided_regex", "\"guided_regex\":\"a(?=b)\""},
            {"guided_grammar", "\"guided_grammar\":\"root ::= root\""},
            {"guided_choice", "\"guided_choice\":[]"},
            {"guided_json", "\"guided_json\":{\"not\":{}}"},
            {"structured_outputs.regex", "\"structured_outputs\":{\"regex\":\"(\"}"},
            {"guided_choice", "\"guided_regex\":\"a\",\"guided_choice\":[\"b\"]"},
            {"ignore_eos", "\"guided_regex\":\"a\",\"ignore_eos\":true"},
        }) {
            assertThat(refusedBy(PLAIN, begun + other[1] + "}")).as(other[1]).isEqualTo(other[0]);
        }
    }
}
