package io.autoglm.inference.template;

import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The functions that Hugging Face gives to templates, beside Jinja's own.
final class Globals {

    /// Jinja's sandbox has the same.
    private static final long LONGEST_RANGE = 100_000;

    private final Clock clock;
    private final Budget budget;

    Globals(Clock clock, Budget budget) {
        this.clock = clock;
        this.budget = budget;
    }

    void defineIn(Scope scope) {
        define(scope, "raise_exception", arguments -> {
            throw new TemplateRefusal(Python.text(arguments.or(0, "message", "")));
        });
        define(
                scope,
                "strftime_now",
                arguments -> StrfTime.format(ZonedDateTime.now(clock), arguments.text(0, "format")));
        define(scope, "range", this::range);
        define(scope, "namespace", Globals::namespace);
        define(scope, "dict", Globals::dict);
    }

    private static void define(Scope scope, String name, Function function) {
        scope.set(name, function);
    }

    private Object range(Arguments arguments) {
        boolean fromZero = arguments.positional().size() == 1;
        long start = fromZero ? 0 : arguments.whole(0, "start", 0);
        long stop = Python.index(arguments.required(fromZero ? 0 : 1, "stop"));
        long step = arguments.whole(2, "step", 1);
        if (step == 0) {
            throw new TemplateFailure("a range has a step of 0");
        }
        long length = length(start, stop, step);
        if (length > LONGEST_RANGE) {
            throw new TemplateFailure("a range is longer than " + LONGEST_RANGE);
        }
        budget.steps(length);
        List<Object> items = new ArrayList<>((int) length);
        for (int i = 0; i < length; i++) {
            items.add(start + i * step);
        }
        return items;
    }

    /// The distance may need a 65th bit, so it is taken without a sign, and so is the step.
    private static long length(long start, long stop, long step) {
        if (step > 0 ? start >= stop : start <= stop) {
            return 0;
        }
        long distance = step > 0 ? stop - start : start - stop;
        long stride = step > 0 ? step : -step;
        long length = Long.divideUnsigned(distance - 1, stride) + 1;
        return length < 0 ? Long.MAX_VALUE : length;
    }

    private static Object namespace(Arguments arguments) {
        Namespace namespace = new Namespace();
        dict(arguments).forEach((name, value) -> namespace.set(Python.text(name), value));
        return namespace;
    }

    private static Map<Object, Object> dict(Arguments arguments) {
        Map<Object, Object> values = new LinkedHashMap<>();
        Object first = arguments.or(0, "", None.NONE);
        if (first instanceof Map<?, ?> map) {
            values.putAll(map);
        } else if (first != None.NONE) {
            for (Object pair : Python.iterate(first)) {
                List<Object> parts = Python.iterate(pair);
                values.put(parts.getFirst(), parts.getLast());
            }
        }
        values.putAll(arguments.named());
        return values;
    }
}
