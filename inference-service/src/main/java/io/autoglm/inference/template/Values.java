package io.autoglm.inference.template;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// JSON as the interpreter's values. Strings, the bulk of a conversation, are shared and not copied.
final class Values {

    private Values() {}

    static Object of(JsonNode json) {
        return switch (json.getNodeType()) {
            case STRING -> json.textValue();
            case BOOLEAN -> json.booleanValue();
            case NUMBER ->
                json.isIntegralNumber()
                        ? json.canConvertToLong() ? (Object) json.longValue() : json.bigIntegerValue()
                        : (Object) json.doubleValue();
            case ARRAY -> {
                List<Object> items = new ArrayList<>(json.size());
                json.forEach(item -> items.add(of(item)));
                yield items;
            }
            case OBJECT -> {
                Map<Object, Object> map = LinkedHashMap.newLinkedHashMap(json.size());
                json.properties().forEach(entry -> map.put(entry.getKey(), of(entry.getValue())));
                yield map;
            }
            case NULL, MISSING, BINARY, POJO -> None.NONE;
        };
    }
}
