package io.autoglm.inference.template;

import java.util.ArrayList;
import java.util.List;

/// `loop` inside of a `for`.
final class Loop implements Attributes {

    private final List<Object> items;
    private int index;
    private List<Object> watched = List.of();
    private boolean watches;

    Loop(List<Object> items) {
        this.items = items;
    }

    void moveTo(int next) {
        index = next;
    }

    @Override
    public Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> items.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == items.size() - 1;
            case "length" -> (long) items.size();
            case "depth" -> 1L;
            case "depth0" -> 0L;
            case "previtem" -> index > 0 ? items.get(index - 1) : new Undefined("'previtem' of the first turn");
            case "nextitem" ->
                index < items.size() - 1 ? items.get(index + 1) : new Undefined("'nextitem' of the last turn");
            case "cycle" ->
                (Function) arguments -> {
                    List<Object> values = arguments.positional();
                    if (values.isEmpty()) {
                        throw new TemplateFailure("cycle needs values");
                    }
                    return values.get(index % values.size());
                };
            case "changed" -> (Function) this::changed;
            default -> new Undefined("'" + name + "' of a loop");
        };
    }

    private Object changed(Arguments arguments) {
        List<Object> now = new ArrayList<>(arguments.positional());
        boolean changed = !watches || !Python.equal(now, watched);
        watched = now;
        watches = true;
        return changed;
    }
}
