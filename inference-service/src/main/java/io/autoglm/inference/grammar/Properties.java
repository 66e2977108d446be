package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Rule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The declared properties of an object, in their order, the optional ones each written or not.
///
/// Behind one property comes one of those up to the next that is required. Each such range is put together from the
/// segments of a binary tree, and in a segment names share their beginnings: so of a thousand optional properties
/// some ten segments are in question, not a thousand names.
final class Properties {

    private record Segment(int from, int to) {}

    private final JsonRules json;
    private final GrammarBuilder grammar;
    private final @Nullable Rule extra;
    private final List<String> names;

    /// How many come before and with the next that is required, from each on; -1 where none is.
    private final int[] throughRequired;

    /// What follows the name of each.
    private final List<Rule> behindName = new ArrayList<>();

    /// What follows the value of the one before each; the last, of all.
    private final List<Rule> after = new ArrayList<>();

    private final List<String> spelled = new ArrayList<>();
    private final Map<Segment, Rule> segments = new HashMap<>();

    /// @param extra a property that is not declared; null where there may be none
    Properties(JsonRules json, List<String> names, Set<String> required, @Nullable Rule extra) {
        this.json = json;
        this.grammar = json.grammar;
        this.names = names;
        this.extra = extra;
        this.throughRequired = new int[names.size() + 1];
        throughRequired[names.size()] = -1;
        for (int i = names.size() - 1; i >= 0; i--) {
            throughRequired[i] = required.contains(names.get(i)) ? i + 1 : throughRequired[i + 1];
        }
        for (int i = 0; i <= names.size(); i++) {
            after.add(grammar.rule());
            behindName.add(grammar.rule());
        }
    }

    /// The next property.
    ///
    /// @param name as JSON
    void add(String name, Rule value) {
        int index = spelled.size();
        spelled.add(name);
        grammar.or(behindName.get(index), ":", json.space, value, json.space, after.get(index + 1));
    }

    /// All of them, and the closing brace.
    Rule all() {
        Rule first = grammar.rule();
        for (int i = 0; i <= names.size(); i++) {
            Rule next = range(i, throughRequired[i] < 0 ? names.size() : throughRequired[i]);
            grammar.or(after.get(i), ",", json.space, next);
            if (i == 0) {
                grammar.or(first, next);
            }
            if (throughRequired[i] < 0) {
                end(after.get(i), true);
                if (i == 0) {
                    end(first, false);
                }
            }
        }
        return first;
    }

    private void end(Rule rule, boolean afterSome) {
        grammar.or(rule, "}");
        if (extra != null) {
            grammar.or(rule, afterSome ? List.of(",", json.space) : List.of(), extra, after.getLast());
        }
    }

    /// One of `[from, to)`.
    private Rule range(int from, int to) {
        Rule any = grammar.rule();
        collect(new Segment(0, names.size()), from, to, any);
        return any;
    }

    private void collect(Segment segment, int from, int to, Rule any) {
        if (segment.to <= from || to <= segment.from) {
            return;
        }
        if (from <= segment.from && segment.to <= to) {
            grammar.or(any, segment(segment));
            return;
        }
        int middle = (segment.from + segment.to) >>> 1;
        collect(new Segment(segment.from, middle), from, to, any);
        collect(new Segment(middle, segment.to), from, to, any);
    }

    private Rule segment(Segment segment) {
        return segments.computeIfAbsent(segment, one -> {
            Map<String, Rule> following = new LinkedHashMap<>();
            for (int i = one.from; i < one.to; i++) {
                following.put(spelled.get(i), behindName.get(i));
            }
            return grammar.oneOf(following);
        });
    }
}
