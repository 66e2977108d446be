package io.autoglm.nano.corpus.skill;

import com.fasterxml.jackson.databind.JsonNode;
import io.autoglm.nano.corpus.chat.Answer;
import io.autoglm.nano.corpus.chat.Conversation;
import io.autoglm.nano.corpus.chat.Json;
import io.autoglm.nano.corpus.chat.Message;
import io.autoglm.nano.corpus.phrase.Draw;
import io.autoglm.nano.corpus.phrase.Language;
import io.autoglm.nano.corpus.phrase.Phrasebook;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Answers that must be JSON: because the words of the user ask for it, or because the request's response format does.
public final class JsonAnswers {
    private static final Map<String, Object> JSON_OBJECT = Map.of("type", "json_object");

    /// A field that can be read from a sentence: its phrase book topic, its slot and its keys in both languages.
    private enum Field {
        NAME("name", "姓名"),
        CITY("city", "城市"),
        AGE("age", "年龄"),
        COLOUR("colour", "颜色"),
        FOOD("food", "食物");

        private final String slot;
        private final String chinese;

        Field(String slot, String chinese) {
            this.slot = slot;
            this.chinese = chinese;
        }

        Object value(Draw draw) {
            return switch (this) {
                case NAME -> draw.name();
                case CITY -> draw.city();
                case AGE -> draw.between(5, 95);
                case COLOUR -> draw.value("colour");
                case FOOD -> draw.value("food");
            };
        }
    }

    private final Phrasebook book = Phrasebook.load("json");
    private final Exchanges plain;

    /// `plain` gives questions that can be answered inside `{"answer": …}`.
    public JsonAnswers(Exchanges plain) {
        this.plain = plain;
    }

    public Scene draw(Draw draw) {
        return switch (draw.below(5)) {
            case 0, 1 -> extraction(draw);
            case 2 -> schema(draw);
            case 3 -> wrapped(draw);
            default -> sum(draw);
        };
    }

    private Scene extraction(Draw draw) {
        Map<String, Object> wanted = new LinkedHashMap<>();
        String facts = facts(draw, wanted, draw.language() == Language.ZH && draw.chance(0.4));
        String keys = String.join(draw.language() == Language.ZH ? "、" : ", ", wanted.keySet());
        if (draw.language() == Language.EN && draw.chance(0.6)) {
            keys = keys.replaceFirst(",( [^,]*)$", " and$1");
        }
        String question = draw.say(book.topic(draw.language(), "extract"), Map.of("facts", facts, "keys", keys), true);
        return scene(question, wanted, draw.chance(0.3) ? JSON_OBJECT : Map.of());
    }

    private Scene schema(Draw draw) {
        Map<String, Object> wanted = new LinkedHashMap<>();
        String facts = facts(draw, wanted, false);
        Map<String, Object> properties = new LinkedHashMap<>();
        wanted.forEach((key, value) ->
                properties.put(key, Map.of("type", value instanceof Integer ? "integer" : "string")));
        Map<String, Object> format = Map.of(
                "type",
                "json_schema",
                "json_schema",
                Map.of("name", "facts", "schema", Map.of("type", "object", "properties", properties)));
        return scene(draw.say(book.topic(draw.language(), "schema"), Map.of("facts", facts), true), wanted, format);
    }

    private Scene wrapped(Draw draw) {
        Exchange exchange = plain.draw(draw);
        String json = Json.write(Map.of("answer", exchange.answer()));
        return new Scene(
                "json",
                new Conversation(
                        List.of(Message.user(exchange.question()), Message.assistant(json)), List.of(), JSON_OBJECT),
                answer -> Json.parse(answer.content())
                        .map(node -> node.path("answer").asText())
                        .filter(text -> exchange.check().test(new Answer(text, List.of())))
                        .isPresent());
    }

    private Scene sum(Draw draw) {
        var problem = Sums.problem(draw);
        int result = problem.a() + problem.b();
        String question = draw.say(book.topic(draw.language(), "sum"), problem.slots());
        return scene(question, Map.of("result", result), draw.chance(0.3) ? JSON_OBJECT : Map.of());
    }

    /// Sentences that tell two or three fields, and the fields as they should come back, in an order of their own.
    private String facts(Draw draw, Map<String, Object> wanted, boolean chineseKeys) {
        List<Field> fields = new ArrayList<>(List.of(Field.values()));
        Collections.shuffle(fields, new Random(draw.below(Integer.MAX_VALUE)));
        List<Field> chosen = new ArrayList<>(fields.subList(0, draw.between(2, 3)));
        Map<Field, Object> values = new LinkedHashMap<>();
        var text = new StringBuilder();
        for (Field field : chosen) {
            Object value = field.value(draw);
            values.put(field, value);
            String sentence = draw.fill(
                    draw.phrase(book.topic(draw.language(), "fact-" + field.slot)),
                    Map.of(field.slot, value.toString()));
            text.append(text.isEmpty() || draw.language() == Language.ZH ? "" : " ")
                    .append(sentence);
        }
        Collections.shuffle(chosen, new Random(draw.below(Integer.MAX_VALUE)));
        chosen.forEach(field -> wanted.put(chineseKeys ? field.chinese : field.slot, values.getOrDefault(field, "")));
        return text.toString();
    }

    private static Scene scene(String question, Map<String, Object> wanted, Map<String, Object> format) {
        String json = Json.write(wanted);
        JsonNode tree = Json.parse(json).orElseThrow();
        return new Scene(
                "json",
                new Conversation(
                        List.of(Message.user(question), Message.assistant(json)),
                        List.of(),
                        format.isEmpty() ? null : format),
                answer -> Json.parse(answer.content()).filter(tree::equals).isPresent());
    }
}
