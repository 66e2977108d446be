package io.autoglm.inference.api;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/// Fields of OpenAI's and vLLM's requests that would change an answer and are not supported: refused by name,
/// for an answer that quietly leaves out what was asked for is worse than none. What is not listed here and
/// not read anywhere changes no answer and is ignored; `docs/api.md` lists all.
final class UnsupportedFields {

    private static final Map<String, String> WHY = why();

    private UnsupportedFields() {}

    private static Map<String, String> why() {
        Map<String, String> why = new LinkedHashMap<>();
        why.put("prompt_logprobs", "the prompt's own logprobs are not computed");
        why.put("prompt_embeds", "prompts are text or token ids");
        why.put("audio", "this service writes text only");
        why.put("cache_salt", "the prefix cache of an instance is not divided");
        why.put("chat_template", "the model's own template is used");
        why.put("function_call", "use 'tool_choice'");
        why.put("functions", "use 'tools'");
        why.put("kv_transfer_params", "instances do not hand their KV cache on");
        why.put("logits_processors", "no code is run for a request");
        why.put("mm_processor_kwargs", "this service reads text only");
        why.put("prediction", "predicted outputs are not used");
        why.put("return_token_ids", "ask /tokenize");
        why.put("return_tokens_as_token_ids", "ask /tokenize");
        why.put("structural_tag", "use 'tools', or 'guided_grammar'");
        why.put("thinking_token_budget", "reasoning has no limit of its own");
        why.put("web_search_options", "this service does not search");
        return why;
    }

    static Set<String> names() {
        return WHY.keySet();
    }

    /// @throws RefusedException naming the first that asks for something
    static void check(Fields request) {
        WHY.forEach((field, why) -> {
            if (asks(request.node(field))) {
                throw request.wrong(field, "is not supported: " + why);
            }
        });
        if (request.integer("priority", Integer.MIN_VALUE, Integer.MAX_VALUE).orElse(0) != 0) {
            throw request.wrong("priority", "is not supported: the gateway gives each caller's");
        }
        if (!request.flagUnlessDenied("include_reasoning")) {
            throw request.wrong("include_reasoning", "is not supported but for true: reasoning is a field of its own");
        }
        JsonNode modalities = request.node("modalities");
        boolean text = modalities.isArray()
                && modalities.valueStream().allMatch(modality -> "text".equals(modality.textValue()));
        if (asks(modalities) && !text) {
            throw request.wrong("modalities", "is not supported but for [\"text\"]");
        }
    }

    /// False and nothing ask for what there is anyway.
    private static boolean asks(JsonNode value) {
        boolean nothing = value.isMissingNode() || value.isNull() || (value.isContainerNode() && value.isEmpty());
        return !nothing && !(value.isBoolean() && !value.booleanValue());
    }
}
