package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Rule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Named [Expression]s as rules over bytes. What is repeated must not be empty there, so of a part that may
/// be, only what is not empty is repeated: `(a*)*` is `(a+)*`.
final class ExpressionRules {

    private final Map<String, Expression> named;
    private final Set<String> nullable = new HashSet<>();
    private final GrammarBuilder grammar = new GrammarBuilder();
    private final CharacterRules characters = new CharacterRules(grammar);
    private final Map<String, Rule> rules = new HashMap<>();
    private final Map<String, Rule> nonEmpty = new HashMap<>();

    /// Named rules that are referred to and not written yet: one behind the other, however long a chain they
    /// are.
    private final Deque<Runnable> due = new ArrayDeque<>();

    private ExpressionRules(Map<String, Expression> named) {
        this.named = named;
        boolean grown = true;
        while (grown) {
            grown = false;
            for (Map.Entry<String, Expression> one : named.entrySet()) {
                grown |= isNullable(one.getValue()) && nullable.add(one.getKey());
            }
        }
    }

    /// @param named by name; those that are referred to are all there
    /// @param start the name of the one that an answer is
    /// @throws Malformed saying why it cannot be kept
    static Grammar compile(Map<String, Expression> named, String start) {
        ExpressionRules rules = new ExpressionRules(named);
        rules.refuseLeftRecursion();
        Rule whole = rules.rule(start);
        for (Runnable next = rules.due.poll(); next != null; next = rules.due.poll()) {
            next.run();
        }
        Grammar compiled = new Grammar(rules.grammar.build(), whole);
        if (compiled.shortestAnswer() >= Rules.ENDLESS) {
            throw new Malformed("describes no text that has an end");
        }
        return compiled;
    }

    private boolean isNullable(Expression expression) {
        return switch (expression) {
            case Expression.OneOf one -> false;
            case Expression.Sequence(List<Expression> parts) -> parts.stream().allMatch(this::isNullable);
            case Expression.Choice(List<Expression> ways) -> ways.stream().anyMatch(this::isNullable);
            case Expression.Times(Expression part, int least, int most) -> least == 0 || isNullable(part);
            case Expression.Named(String name) -> nullable.contains(name);
        };
    }

    private Rule rule(String name) {
        return rules.computeIfAbsent(name, fresh -> {
            Rule rule = grammar.rule();
            due.add(() -> grammar.or(rule, part(expression(name))));
            return rule;
        });
    }

    /// What the builder takes for a part of a rule.
    private Object part(Expression expression) {
        return switch (expression) {
            case Expression.OneOf(CodePoints some) -> characters.oneOf(some);
            case Expression.Sequence(List<Expression> parts) ->
                parts.stream().map(this::part).toList();
            case Expression.Choice(List<Expression> ways) ->
                grammar.anyOf(ways.stream().map(this::part).toArray());
            case Expression.Times(Expression part, int least, int most) -> {
                boolean may = isNullable(part);
                yield most == 0
                        ? List.of()
                        : grammar.repeat(may ? 0 : least, most, grammar.sequence(may ? nonEmpty(part) : part(part)));
            }
            case Expression.Named(String name) -> rule(name);
        };
    }

    /// All that it describes but nothing.
    private Object nonEmpty(Expression expression) {
        if (!isNullable(expression)) {
            return part(expression);
        }
        return switch (expression) {
            case Expression.OneOf one -> part(one);
            case Expression.Choice(List<Expression> ways) ->
                grammar.anyOf(ways.stream().map(this::nonEmpty).toArray());
            case Expression.Times(Expression part, int least, int most) ->
                most == 0
                        ? grammar.rule()
                        : grammar.repeat(
                                isNullable(part) ? 1 : Math.max(1, least), most, grammar.sequence(nonEmpty(part)));
            case Expression.Sequence(List<Expression> parts) -> {
                // The first part that is not empty, and all behind it.
                Rule any = grammar.rule();
                for (int i = 0; i < parts.size(); i++) {
                    List<Object> rest = new ArrayList<>();
                    rest.add(nonEmpty(parts.get(i)));
                    parts.subList(i + 1, parts.size()).forEach(part -> rest.add(part(part)));
                    grammar.or(any, rest);
                }
                yield any;
            }
            case Expression.Named(String name) ->
                nonEmpty.computeIfAbsent(name, fresh -> {
                    Rule rule = grammar.rule();
                    due.add(() -> grammar.or(rule, nonEmpty(expression(name))));
                    return rule;
                });
        };
    }

    private Expression expression(String name) {
        return named.getOrDefault(name, Expression.EMPTY);
    }

    /// A rule that begins with itself would be gone into without end.
    private void refuseLeftRecursion() {
        Set<String> done = new HashSet<>();
        named.keySet().forEach(name -> follow(name, done));
    }

    /// Goes through all that a rule may begin with.
    ///
    /// @param done rules that were gone through
    private void follow(String start, Set<String> done) {
        Deque<String> within = new ArrayDeque<>();
        Set<String> open = new HashSet<>();
        Deque<Iterator<String>> rest = new ArrayDeque<>();
        rest.push(List.of(start).iterator());
        while (!rest.isEmpty()) {
            if (rest.getFirst().hasNext()) {
                String name = rest.getFirst().next();
                if (open.contains(name)) {
                    throw new Malformed("has the rule '" + name + "', which begins with itself");
                }
                if (done.add(name)) {
                    Set<String> first = new HashSet<>();
                    first(expression(name), first);
                    within.push(name);
                    open.add(name);
                    rest.push(first.iterator());
                }
            } else {
                rest.pop();
                if (!within.isEmpty()) {
                    open.remove(within.pop());
                }
            }
        }
    }

    /// Rules that something may begin with.
    private void first(Expression expression, Set<String> names) {
        switch (expression) {
            case Expression.OneOf one -> {}
            case Expression.Named(String name) -> names.add(name);
            case Expression.Choice(List<Expression> ways) -> ways.forEach(way -> first(way, names));
            case Expression.Times(Expression part, int least, int most) -> first(part, names);
            case Expression.Sequence(List<Expression> parts) -> {
                for (Expression part : parts) {
                    first(part, names);
                    if (!isNullable(part)) {
                        return;
                    }
                }
            }
        }
    }
}
