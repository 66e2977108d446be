package io.autoglm.nano.corpus.skill;

import io.autoglm.nano.corpus.chat.Answer;
import io.autoglm.nano.corpus.chat.Conversation;
import io.autoglm.nano.corpus.chat.Json;
import io.autoglm.nano.corpus.chat.Message;
import io.autoglm.nano.corpus.chat.ToolCall;
import io.autoglm.nano.corpus.phrase.Draw;
import io.autoglm.nano.corpus.phrase.Phrasebook;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// Tools are offered; the user asks for something that one of them does, or that none does.
public final class ToolUse {
    private static final Set<String> OPEN = Set.of("message", "calculate");

    private final Phrasebook book = Phrasebook.load("tools");
    private final Exchanges plain;

    /// `plain` gives the questions that no tool fits.
    public ToolUse(Exchanges plain) {
        this.plain = plain;
    }

    /// A request that a tool fits; the scene ends in the call.
    public Scene call(Draw draw) {
        return scene("tool call", new Request(draw), 2);
    }

    /// The call was made and the tool has answered; the scene ends in the answer to the user.
    public Scene answer(Draw draw) {
        return scene("answer from a tool", new Request(draw), 4);
    }

    /// Tools are there but none fits; the scene ends in a plain answer.
    public Scene noneFits(Draw draw) {
        Exchange exchange = plain.draw(draw);
        return new Scene(
                "no tool fits",
                new Conversation(exchange.messages(), new Request(draw.training()).tools(), null),
                answer -> answer.toolCalls().isEmpty() && exchange.check().test(answer));
    }

    private Scene scene(String skill, Request request, int length) {
        List<Message> messages = request.messages().subList(0, length);
        return new Scene(
                skill,
                new Conversation(messages, request.tools(), null),
                length == 2 ? request::isRightCall : request::isRightAnswer);
    }

    /// One request with the tools on offer, the right one among them.
    private final class Request {
        private final Draw draw;
        private final ToolFamily family;
        private final ToolFamily.Offer right;
        private final List<Map<String, Object>> tools = new ArrayList<>();
        private final Map<String, String> slots = new HashMap<>();

        Request(Draw draw) {
            this.draw = draw;
            List<ToolFamily> families = new ArrayList<>(ToolFamily.ALL);
            Collections.shuffle(families, new Random(draw.below(Integer.MAX_VALUE)));
            family = families.getFirst();
            int count = 1 + Math.min(draw.below(3), draw.below(3));
            List<ToolFamily.Offer> offers = new ArrayList<>(families.subList(0, count).stream()
                    .map(one -> one.offer(draw))
                    .toList());
            right = offers.getFirst();
            Collections.shuffle(offers, new Random(draw.below(Integer.MAX_VALUE)));
            offers.forEach(offer -> tools.add(offer.tool()));
            fillSlots();
        }

        List<Map<String, Object>> tools() {
            return List.copyOf(tools);
        }

        List<Message> messages() {
            var topic = book.topic(draw.language(), family.topic());
            return List.of(
                    Message.user(draw.say(topic, slots, OPEN.contains(family.topic()))),
                    Message.calling(new ToolCall(right.name(), arguments())),
                    Message.tool(Json.write(response())),
                    Message.assistant(draw.answer(topic, slots)));
        }

        boolean isRightCall(Answer answer) {
            return answer.toolCalls().size() == 1
                    && answer.toolCalls().getFirst().name().equals(right.name())
                    && answer.toolCalls().getFirst().arguments().equals(arguments());
        }

        /// The answer must hold what the tool told.
        boolean isRightAnswer(Answer answer) {
            String text = answer.content().toLowerCase(Locale.ROOT);
            String wanted = switch (family.topic()) {
                case "weather", "stock" -> "number";
                case "time", "alarm" -> "clock";
                case "search", "calculate" -> "result";
                case "message" -> "name";
                default -> "topic";
            };
            return answer.toolCalls().isEmpty()
                    && text.contains(slots.getOrDefault(wanted, "").toLowerCase(Locale.ROOT));
        }

        private Map<String, Object> arguments() {
            Map<String, Object> arguments = new LinkedHashMap<>();
            right.parameterNames().forEach((slot, name) -> arguments.put(name, slots.getOrDefault(slot, "")));
            return arguments;
        }

        private Map<String, Object> response() {
            Map<String, Object> response = new LinkedHashMap<>();
            switch (family.topic()) {
                case "weather" -> {
                    response.put(draw.chance(0.5) ? "temperature" : "temp", Integer.valueOf(slots.get("number")));
                    response.put(draw.chance(0.5) ? "condition" : "weather", slots.getOrDefault("condition", ""));
                    if (draw.chance(0.5)) {
                        response.put("city", slots.getOrDefault("city", ""));
                    }
                }
                case "time" -> response.put(draw.chance(0.5) ? "time" : "local_time", slots.getOrDefault("clock", ""));
                case "search", "calculate" ->
                    response.put(draw.chance(0.7) ? "result" : "answer", slots.getOrDefault("result", ""));
                case "stock" ->
                    response.put(draw.chance(0.5) ? "price" : "value", Integer.valueOf(slots.get("number")));
                default -> response.put(draw.chance(0.5) ? "status" : "result", draw.chance(0.5) ? "ok" : "done");
            }
            return response;
        }

        private void fillSlots() {
            slots.put("city", draw.city());
            slots.put("name", draw.name());
            slots.put("text", draw.text("text"));
            slots.put("topic", draw.text("topic"));
            slots.put("company", draw.value("company"));
            slots.put("condition", draw.word("condition"));
            slots.put("clock", "%02d:%02d".formatted(draw.below(24), draw.below(60)));
            slots.put("expression", expression());
            slots.put("number", family.topic().equals("weather") ? String.valueOf(draw.between(1, 38)) : draw.number());
            slots.put("result", family.topic().equals("calculate") ? draw.number() : draw.text("text"));
        }

        private String expression() {
            String operator = draw.one(List.of("+", "-", "*", "/"));
            String gap = draw.chance(0.5) ? " " : "";
            String start = draw.number() + gap + operator + gap + draw.number();
            return draw.chance(0.2) ? "(" + start + ")" + gap + "*" + gap + draw.between(2, 9) : start;
        }
    }
}
