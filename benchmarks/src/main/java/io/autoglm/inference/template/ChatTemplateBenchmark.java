package io.autoglm.inference.template;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Clock;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// The prompt of a conversation of twenty turns and two tools, by a template that does what published ones do:
/// tools as JSON, reasoning of earlier turns left out, calls and their results.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class ChatTemplateBenchmark {

    private static final int TURNS = 20;
    private static final String TEMPLATE = """
            {{- '[gMASK]<sop>' -}}
            {%- if tools -%}
              {{- '<|system|>\\n# Tools\\n' -}}
              {%- for tool in tools -%}
                {{- tool | tojson(ensure_ascii=False) + '\\n' -}}
              {%- endfor -%}
            {%- endif -%}
            {%- set ns = namespace(last=-1) -%}
            {%- for message in messages -%}
              {%- if message.role == 'user' -%}
                {%- set ns.last = loop.index0 -%}
              {%- endif -%}
            {%- endfor -%}
            {%- for message in messages -%}
              {%- if message.role == 'assistant' -%}
                {%- set content = message.content or '' -%}
                {%- if '</think>' in content and loop.index0 < ns.last -%}
                  {%- set content = content.split('</think>')[-1].lstrip('\\n') -%}
                {%- endif -%}
                {{- '<|assistant|>\\n' + content.strip() -}}
                {%- for call in message.tool_calls or [] -%}
                  {{- '\\n<tool_call>' + call.function.name -}}
                  {%- for key, value in call.function.arguments.items() -%}
                    {{- '\\n<arg_key>' + key + '</arg_key>\\n<arg_value>' + (value | string) + '</arg_value>' -}}
                  {%- endfor -%}
                  {{- '\\n</tool_call>' -}}
                {%- endfor -%}
              {%- elif message.role == 'tool' -%}
                {{- '<|observation|>\\n' + message.content -}}
              {%- else -%}
                {{- '<|' + message.role + '|>\\n' + message.content -}}
              {%- endif -%}
            {%- endfor -%}
            {%- if add_generation_prompt -%}
              {{- '<|assistant|>\\n' -}}
            {%- endif -%}
            """;

    private final ObjectMapper json = new ObjectMapper();
    private final ChatTemplate template = ChatTemplate.parse(TEMPLATE, Map.of(), Clock.systemUTC());
    private final ArrayNode messages = messages();
    private final ArrayNode tools = tools();
    private final ObjectNode nothing = json.createObjectNode();

    @Benchmark
    public Rendering.Prompt twentyTurns() {
        return switch (template.render(messages, tools, true, nothing)) {
            case Rendering.Prompt prompt -> prompt;
            case Rendering.Refused refused -> throw new IllegalStateException(refused.message());
            case Rendering.Failed failed -> throw new IllegalStateException(failed.message());
        };
    }

    private ArrayNode messages() {
        ArrayNode all = json.createArrayNode();
        say(all, "system", "You are an assistant that answers briefly.");
        for (int turn = 0; turn < TURNS; turn++) {
            say(
                    all,
                    "user",
                    "What will the weather be on day " + turn + "? " + "I want to walk along the river. ".repeat(5));
            if (turn % 5 == 0) {
                ObjectNode call = say(all, "assistant", "")
                        .putArray("tool_calls")
                        .addObject()
                        .put("type", "function")
                        .putObject("function")
                        .put("name", "weather");
                call.putObject("arguments").put("place", "Beijing").put("day", turn);
                say(all, "tool", "{\"sky\": \"clear\", \"degrees\": " + turn + "}");
            }
            say(
                    all,
                    "assistant",
                    "<think>" + "The forecast says so. ".repeat(10) + "</think>\nClear, with "
                            + "a light wind from the north and a few clouds at noon. ".repeat(4));
        }
        say(all, "user", "And the day after?");
        return all;
    }

    private static ObjectNode say(ArrayNode all, String role, String content) {
        return all.addObject().put("role", role).put("content", content);
    }

    private ArrayNode tools() {
        ArrayNode all = json.createArrayNode();
        for (String name : new String[] {"weather", "calendar"}) {
            ObjectNode function = all.addObject().put("type", "function").putObject("function");
            function.put("name", name).put("description", "Tells the " + name + " of a place on a day.");
            ObjectNode properties =
                    function.putObject("parameters").put("type", "object").putObject("properties");
            properties.putObject("place").put("type", "string").put("description", "a city");
            properties.putObject("day").put("type", "integer").put("minimum", 0);
        }
        return all;
    }
}
