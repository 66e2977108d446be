package io.autoglm.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.autoglm.endtoend.stack.Http;
import io.autoglm.endtoend.stack.PackagedStack;
import io.autoglm.endtoend.stack.Repository;
import io.autoglm.endtoend.stack.SharedStack;
import io.autoglm.nano.corpus.Case;
import io.autoglm.nano.corpus.HeldOut;
import io.autoglm.nano.corpus.chat.Answer;
import io.autoglm.nano.corpus.chat.Conversation;
import io.autoglm.nano.corpus.chat.Message;
import io.autoglm.nano.corpus.chat.Role;
import io.autoglm.nano.corpus.chat.ToolCall;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The figures of the model card, measured through the whole suite: greedy answers over HTTP. Template,
/// tokenizer, engine, sampler and the parsing of calls must all agree with the trainer for them to come out.
@ExtendWith(SharedStack.class)
class HeldOutIT {
    private static final int AT_ONCE = 12;
    /// Answers that may come out otherwise than in the trainer, whose sums are rounded in another order.
    private static final int ROUNDED_OTHERWISE = 3;
    /// What the model is for: 70 % of everything, and 90 % of names told two or three turns before.
    private static final double AIM = 0.7;

    private static final double NAMES_AIM = 0.9;

    private final PackagedStack stack;

    HeldOutIT(PackagedStack stack) {
        this.stack = stack;
    }

    private record Marked(Case question, Answer answer, boolean right) {}

    @Test
    void the_suite_answers_the_held_out_questions_as_well_as_the_model_card_says() throws Exception {
        List<Marked> marked = answers(HeldOut.cases(HeldOut.SEED, HeldOut.COUNT));

        Map<String, int[]> bySkill = new TreeMap<>();
        for (Marked one : marked) {
            int[] score = bySkill.computeIfAbsent(one.question().skill(), skill -> new int[2]);
            score[0] += one.right() ? 1 : 0;
            score[1]++;
        }
        bySkill.forEach((skill, score) -> System.out.printf("held out: %-16s %d of %d%n", skill, score[0], score[1]));
        String report = report(marked);
        List<Marked> names = marked.stream().filter(HeldOutIT::asksForName).toList();
        assertThat(right(marked))
                .as(report)
                .isGreaterThanOrEqualTo(cardSays("**all**") - ROUNDED_OTHERWISE)
                .isGreaterThanOrEqualTo((int) Math.ceil(AIM * marked.size()));
        assertThat(right(names))
                .as(report)
                .isGreaterThanOrEqualTo(cardSays("name recall") - ROUNDED_OTHERWISE)
                .isGreaterThanOrEqualTo((int) Math.ceil(NAMES_AIM * names.size()));
    }

    /// The right answers of a row of the model card's table: `| name recall | 27 (75 %) | 36 |`.
    private static int cardSays(String skill) throws IOException {
        Pattern row = Pattern.compile("\\| " + Pattern.quote(skill) + " \\| \\**(\\d+) .*");
        return Files.readAllLines(Repository.model().resolve("README.md")).stream()
                .map(row::matcher)
                .filter(Matcher::matches)
                .map(matched -> Integer.parseInt(matched.group(1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("the model card has no row " + skill));
    }

    private List<Marked> answers(List<Case> cases) throws Exception {
        List<Marked> marked = new ArrayList<>();
        try (ExecutorService clients = Executors.newFixedThreadPool(AT_ONCE)) {
            List<Future<Marked>> asked =
                    cases.stream().map(one -> clients.submit(() -> ask(one))).toList();
            for (Future<Marked> one : asked) {
                marked.add(one.get());
            }
        }
        return marked;
    }

    private Marked ask(Case question) throws IOException {
        Http.Answer http = Http.post(
                stack.baseUrl() + "/chat/completions",
                PackagedStack.asUser(),
                request(question.conversation()).toString());
        assertThat(http.status()).as(http.body()).isEqualTo(200);
        Answer answer = answer(http.json().at("/choices/0/message"));
        return new Marked(question, answer, question.check().test(answer));
    }

    private static ObjectNode request(Conversation conversation) {
        ObjectNode request = Http.JSON.createObjectNode();
        request.put("model", PackagedStack.MODEL).put("temperature", 0).put("max_tokens", 128);
        ArrayNode messages = request.putArray("messages");
        int calls = 0;
        for (Message message : conversation.messages()) {
            ObjectNode written = messages.addObject();
            written.put("role", message.role().wire()).put("content", message.content());
            for (ToolCall call : message.toolCalls()) {
                calls++;
                ObjectNode one = written.withArray("tool_calls").addObject();
                one.put("id", "call_" + calls).put("type", "function");
                one.putObject("function")
                        .put("name", call.name())
                        .put(
                                "arguments",
                                Http.JSON.valueToTree(call.arguments()).toString());
            }
            if (message.role() == Role.TOOL) {
                written.put("tool_call_id", "call_" + calls);
            }
        }
        if (!conversation.tools().isEmpty()) {
            request.set("tools", Http.JSON.valueToTree(conversation.tools()));
        }
        if (conversation.responseFormat() != null) {
            request.set("response_format", Http.JSON.valueToTree(conversation.responseFormat()));
        }
        return request;
    }

    private static Answer answer(JsonNode message) {
        List<ToolCall> calls = new ArrayList<>();
        for (JsonNode call : message.path("tool_calls")) {
            Map<String, Object> arguments = new LinkedHashMap<>();
            Http.tree(call.at("/function/arguments").asText())
                    .properties()
                    .forEach(argument -> arguments.put(
                            argument.getKey(), Http.JSON.convertValue(argument.getValue(), Object.class)));
            calls.add(new ToolCall(call.at("/function/name").asText(), arguments));
        }
        return new Answer(message.path("content").asText(""), calls);
    }

    /// Cases about a name told two or three turns before.
    private static boolean asksForName(Marked one) {
        return one.question().skill().equals("name recall");
    }

    private static int right(List<Marked> marked) {
        assertThat(marked).isNotEmpty();
        return (int) marked.stream().filter(Marked::right).count();
    }

    private static String report(List<Marked> marked) {
        StringBuilder report = new StringBuilder("wrong answers:\n");
        marked.stream()
                .filter(one -> !one.right())
                .forEach(one -> report.append(one.question().skill())
                        .append(" | ")
                        .append(one.question()
                                .conversation()
                                .messages()
                                .getLast()
                                .content())
                        .append(" | ")
                        .append(one.answer().content())
                        .append(one.answer().toolCalls())
                        .append('\n'));
        return report.toString();
    }
}
