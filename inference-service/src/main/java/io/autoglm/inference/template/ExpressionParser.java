package io.autoglm.inference.template;

import io.autoglm.inference.template.Expression.Passed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Parses expressions by recursive descent, in Jinja's precedence: `if` < `or` < `and` < `not` < comparisons < `+
/// -` < `~` < `* / // %` < `**` < signs < calls, filters, tests.
class ExpressionParser {

    /// Far beyond what a person writes, and well within a thread's stack.
    private static final int DEEPEST = 100;

    private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
    private static final Set<String> ENDS_TEST = Set.of("else", "or", "and", "if", "not", "is", "in");

    private final List<Token> tokens;
    private int at;
    private int depth;

    ExpressionParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    Expression expression() {
        enter();
        Expression value = or();
        while (skipName("if")) {
            Expression condition = or();
            value = new Expression.Conditional(condition, value, skipName("else") ? expression() : null);
        }
        depth--;
        return value;
    }

    /// One expression, or several with commas between them, which make a tuple.
    Expression tuple(boolean withConditional) {
        Expression first = withConditional ? expression() : or();
        if (!current().isOperator(",")) {
            return first;
        }
        List<Expression> items = new ArrayList<>(List.of(first));
        while (skipOperator(",") && !endsTuple()) {
            items.add(withConditional ? expression() : or());
        }
        return new Expression.Items(List.copyOf(items), true);
    }

    private boolean endsTuple() {
        Token next = current();
        return next.kind() == Token.Kind.BLOCK_END
                || next.kind() == Token.Kind.OUTPUT_END
                || next.isOperator(")")
                || next.isOperator("=");
    }

    Expression or() {
        Expression left = and();
        while (skipName("or")) {
            left = new Expression.Or(left, and());
        }
        return left;
    }

    private Expression and() {
        Expression left = not();
        while (skipName("and")) {
            left = new Expression.And(left, not());
        }
        return left;
    }

    private Expression not() {
        if (!skipName("not")) {
            return comparison();
        }
        enter();
        Expression operand = not();
        depth--;
        return new Expression.Not(operand);
    }

    private Expression comparison() {
        Expression first = sum();
        List<Expression.Link> links = new ArrayList<>();
        while (true) {
            Token next = current();
            if (next.kind() == Token.Kind.OPERATOR && COMPARISONS.contains(next.text())) {
                advance();
                links.add(new Expression.Link(next.text(), sum()));
            } else if (skipName("in")) {
                links.add(new Expression.Link("in", sum()));
            } else if (next.isName("not") && peek().isName("in")) {
                advance();
                advance();
                links.add(new Expression.Link("not in", sum()));
            } else {
                return links.isEmpty() ? first : new Expression.Comparison(first, List.copyOf(links));
            }
        }
    }

    private Expression sum() {
        Expression left = concatenation();
        while (current().isOperator("+") || current().isOperator("-")) {
            left = new Expression.Arithmetic(advance().text(), left, concatenation());
        }
        return left;
    }

    private Expression concatenation() {
        Expression first = product();
        if (!current().isOperator("~")) {
            return first;
        }
        List<Expression> parts = new ArrayList<>(List.of(first));
        while (skipOperator("~")) {
            parts.add(product());
        }
        return new Expression.Concatenation(List.copyOf(parts));
    }

    private Expression product() {
        Expression left = power();
        while (current().isOperator("*")
                || current().isOperator("/")
                || current().isOperator("//")
                || current().isOperator("%")) {
            left = new Expression.Arithmetic(advance().text(), left, power());
        }
        return left;
    }

    private Expression power() {
        Expression left = unary(true);
        while (skipOperator("**")) {
            left = new Expression.Arithmetic("**", left, unary(true));
        }
        return left;
    }

    private Expression unary(boolean withFilters) {
        enter();
        Expression value = current().isOperator("-") || current().isOperator("+")
                ? new Expression.Signed(advance().text(), unary(false))
                : primary();
        value = postfix(value);
        depth--;
        return withFilters ? filters(value) : value;
    }

    private Expression primary() {
        Token token = advance();
        return switch (token.kind()) {
            case NAME -> name(token.text());
            case STRING -> strings(token);
            case INTEGER -> new Expression.Constant(integer(token));
            case FLOAT -> new Expression.Constant(Double.parseDouble(token.text()));
            case OPERATOR ->
                switch (token.text()) {
                    case "(" -> parenthesis();
                    case "[" -> new Expression.Items(expressionsUntil("]"), false);
                    case "{" -> dictionary();
                    default -> throw unexpected(token);
                };
            case TEXT, OUTPUT_BEGIN, OUTPUT_END, BLOCK_BEGIN, BLOCK_END, END -> throw unexpected(token);
        };
    }

    private static Expression name(String name) {
        return switch (name) {
            case "true", "True" -> new Expression.Constant(true);
            case "false", "False" -> new Expression.Constant(false);
            case "none", "None" -> new Expression.Constant(None.NONE);
            default -> new Expression.Name(name);
        };
    }

    private static Object integer(Token token) {
        try {
            return Long.parseLong(token.text());
        } catch (NumberFormatException e) {
            throw new TemplateFailure("the number " + token.text() + " is too large", token.line());
        }
    }

    private Expression strings(Token first) {
        StringBuilder text = new StringBuilder(first.text());
        while (current().kind() == Token.Kind.STRING) {
            text.append(advance().text());
        }
        return new Expression.Constant(text.toString());
    }

    private Expression parenthesis() {
        if (skipOperator(")")) {
            return new Expression.Items(List.of(), true);
        }
        Expression inside = tuple(true);
        expectOperator(")");
        return inside;
    }

    private Expression dictionary() {
        List<Expression.Entry> entries = new ArrayList<>();
        while (!skipOperator("}")) {
            Expression key = expression();
            expectOperator(":");
            entries.add(new Expression.Entry(key, expression()));
            if (!skipOperator(",")) {
                expectOperator("}");
                break;
            }
        }
        return new Expression.Dictionary(List.copyOf(entries));
    }

    private List<Expression> expressionsUntil(String close) {
        List<Expression> items = new ArrayList<>();
        while (!skipOperator(close)) {
            items.add(expression());
            if (!skipOperator(",")) {
                expectOperator(close);
                break;
            }
        }
        return List.copyOf(items);
    }

    private Expression postfix(Expression of) {
        Expression value = of;
        while (true) {
            if (skipOperator(".")) {
                Token name = advance();
                value = switch (name.kind()) {
                    case NAME -> new Expression.Attribute(value, name.text());
                    case INTEGER -> new Expression.Item(value, new Expression.Constant(integer(name)));
                    default -> throw unexpected(name);
                };
            } else if (skipOperator("[")) {
                value = subscript(value);
            } else if (skipOperator("(")) {
                value = new Expression.Call(value, passed());
            } else {
                return value;
            }
        }
    }

    private Expression subscript(Expression of) {
        Expression start = current().isOperator(":") ? null : expression();
        if (!skipOperator(":")) {
            expectOperator("]");
            if (start == null) {
                throw unexpected(current());
            }
            return new Expression.Item(of, start);
        }
        Expression stop = endsBound() ? null : expression();
        Expression step = skipOperator(":") && !endsBound() ? expression() : null;
        expectOperator("]");
        return new Expression.Slice(of, start, stop, step);
    }

    private boolean endsBound() {
        return current().isOperator(":") || current().isOperator("]");
    }

    private Expression filters(Expression of) {
        Expression value = of;
        while (true) {
            if (skipOperator("|")) {
                value = filter(value);
            } else if (skipName("is")) {
                value = test(value);
            } else if (skipOperator("(")) {
                value = new Expression.Call(value, passed());
            } else {
                return value;
            }
        }
    }

    /// `name(…)|name(…)` behind a `|`, applied to `of`.
    Expression filter(Expression of) {
        String name = dottedName();
        return new Expression.Filtered(of, name, skipOperator("(") ? passed() : Passed.NOTHING);
    }

    private Expression test(Expression of) {
        boolean negated = skipName("not");
        String name = dottedName();
        Passed passed = Passed.NOTHING;
        if (skipOperator("(")) {
            passed = passed();
        } else if (startsTestArgument()) {
            passed = new Passed(List.of(postfix(primary())), Map.of(), null, null);
        }
        Expression tested = new Expression.Tested(of, name, passed);
        return negated ? new Expression.Not(tested) : tested;
    }

    private boolean startsTestArgument() {
        Token next = current();
        return switch (next.kind()) {
            case NAME -> !ENDS_TEST.contains(next.text());
            case STRING, INTEGER, FLOAT -> true;
            case OPERATOR -> next.text().equals("[") || next.text().equals("{");
            case TEXT, OUTPUT_BEGIN, OUTPUT_END, BLOCK_BEGIN, BLOCK_END, END -> false;
        };
    }

    private String dottedName() {
        StringBuilder name = new StringBuilder(expectName());
        while (skipOperator(".")) {
            name.append('.').append(expectName());
        }
        return name.toString();
    }

    /// What is passed, behind the `(`.
    private Passed passed() {
        List<Expression> positional = new ArrayList<>();
        Map<String, Expression> named = new LinkedHashMap<>();
        Expression spread = null;
        Expression spreadMap = null;
        while (!skipOperator(")")) {
            if (skipOperator("**")) {
                spreadMap = expression();
            } else if (skipOperator("*")) {
                spread = expression();
            } else if (current().kind() == Token.Kind.NAME && peek().isOperator("=")) {
                String name = advance().text();
                advance();
                named.put(name, expression());
            } else {
                positional.add(expression());
            }
            if (!skipOperator(",")) {
                expectOperator(")");
                break;
            }
        }
        return new Passed(List.copyOf(positional), named, spread, spreadMap);
    }

    Token current() {
        return tokens.get(at);
    }

    private Token peek() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token advance() {
        Token token = tokens.get(at);
        if (at < tokens.size() - 1) {
            at++;
        }
        return token;
    }

    boolean skipName(String name) {
        if (current().isName(name)) {
            advance();
            return true;
        }
        return false;
    }

    boolean skipOperator(String operator) {
        if (current().isOperator(operator)) {
            advance();
            return true;
        }
        return false;
    }

    void expectOperator(String operator) {
        if (!skipOperator(operator)) {
            throw unexpected(current());
        }
    }

    void expect(Token.Kind kind) {
        if (current().kind() != kind) {
            throw unexpected(current());
        }
        advance();
    }

    String expectName() {
        if (current().kind() != Token.Kind.NAME) {
            throw unexpected(current());
        }
        return advance().text();
    }

    void enter() {
        if (++depth > DEEPEST) {
            throw new TemplateFailure("nested deeper than " + DEEPEST, current().line());
        }
    }

    void leave() {
        depth--;
    }

    static TemplateFailure unexpected(Token token) {
        return token.kind() == Token.Kind.END
                ? new TemplateFailure("the template ends too early", token.line())
                : new TemplateFailure("unexpected '" + token.text() + "'", token.line());
    }

    /// The name of what an expression calls, for [Statement.CallBlock].
    static Expression.@Nullable Call asCall(Expression expression) {
        return expression instanceof Expression.Call call ? call : null;
    }
}
