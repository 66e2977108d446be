package io.autoglm.inference.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Parses the statements of a template.
final class Parser extends ExpressionParser {

    private Parser(List<Token> tokens) {
        super(tokens);
    }

    static List<Statement> parse(String source) {
        Parser parser = new Parser(Lexer.read(source));
        List<Statement> statements = parser.statements(Set.of());
        parser.expect(Token.Kind.END);
        return statements;
    }

    /// Up to one of the block names `ends`, which is consumed with its `{%`, but not what follows; to the end of
    /// the template if there are none.
    private List<Statement> statements(Set<String> ends) {
        enter();
        List<Statement> statements = new ArrayList<>();
        while (true) {
            Token token = current();
            switch (token.kind()) {
                case TEXT -> statements.add(new Statement.Text(advance().text(), token.line()));
                case OUTPUT_BEGIN -> {
                    advance();
                    statements.add(new Statement.Output(tuple(true), token.line()));
                    expect(Token.Kind.OUTPUT_END);
                }
                case BLOCK_BEGIN -> {
                    advance();
                    if (ends.contains(current().text())) {
                        leave();
                        return List.copyOf(statements);
                    }
                    statements.add(block());
                }
                case END -> {
                    if (!ends.isEmpty()) {
                        throw unexpected(token);
                    }
                    leave();
                    return List.copyOf(statements);
                }
                case OUTPUT_END, BLOCK_END, NAME, STRING, INTEGER, FLOAT, OPERATOR -> throw unexpected(token);
            }
        }
    }

    /// The body of a block up to `end`, whose tag is consumed.
    private List<Statement> body(String end) {
        expect(Token.Kind.BLOCK_END);
        List<Statement> body = statements(Set.of(end));
        advance();
        return body;
    }

    private Statement block() {
        int line = current().line();
        String name = expectName();
        Statement statement = switch (name) {
            case "if" -> branch(line);
            case "for" -> loop(line);
            case "set" -> assignment(line);
            case "macro" -> {
                String macro = expectName();
                List<Statement.Parameter> parameters = parameters();
                yield new Statement.Macro(macro, parameters, body("endmacro"), line);
            }
            case "call" -> callBlock(line);
            case "filter" -> {
                Expression filter = filterChain();
                yield new Statement.FilterBlock(filter, body("endfilter"), line);
            }
            case "with" -> with(line);
            case "generation" -> new Statement.Group(body("endgeneration"), line);
            case "break" -> new Statement.Break(line);
            case "continue" -> new Statement.Continue(line);
            default -> throw new TemplateFailure("there is no block '" + name + "'", line);
        };
        expect(Token.Kind.BLOCK_END);
        return statement;
    }

    /// Consumes `endif`, or what stands for it, but not its `%}`.
    private Statement branch(int line) {
        Expression condition = tuple(true);
        expect(Token.Kind.BLOCK_END);
        List<Statement> then = statements(Set.of("elif", "else", "endif"));
        Token end = advance();
        return switch (end.text()) {
            case "elif" -> {
                enter();
                List<Statement> otherwise = List.of(branch(end.line()));
                leave();
                yield new Statement.If(condition, then, otherwise, line);
            }
            case "else" -> new Statement.If(condition, then, body("endif"), line);
            default -> new Statement.If(condition, then, List.of(), line);
        };
    }

    private Statement loop(int line) {
        List<String> targets = new ArrayList<>();
        boolean parenthesized = skipOperator("(");
        do {
            targets.add(expectName());
        } while (skipOperator(",")
                && current().kind() == Token.Kind.NAME
                && !current().isName("in"));
        if (parenthesized) {
            expectOperator(")");
        }
        if (!skipName("in")) {
            throw unexpected(current());
        }
        Expression elements = tuple(false);
        Expression condition = skipName("if") ? expression() : null;
        if (skipName("recursive")) {
            throw new TemplateFailure("recursive loops are not supported", line);
        }
        expect(Token.Kind.BLOCK_END);
        List<Statement> body = statements(Set.of("else", "endfor"));
        List<Statement> otherwise = advance().text().equals("else") ? body("endfor") : List.of();
        return new Statement.For(List.copyOf(targets), elements, condition, body, otherwise, line);
    }

    private Statement assignment(int line) {
        List<Statement.Target> targets = new ArrayList<>();
        do {
            String name = expectName();
            targets.add(new Statement.Target(name, skipOperator(".") ? expectName() : null));
        } while (skipOperator(",") && current().kind() == Token.Kind.NAME);
        if (skipOperator("=")) {
            return new Statement.Set(List.copyOf(targets), tuple(true), line);
        }
        if (targets.size() != 1) {
            throw unexpected(current());
        }
        Expression filter = skipOperator("|") ? filterChain() : null;
        return new Statement.SetBlock(targets.getFirst(), body("endset"), filter, line);
    }

    private Expression filterChain() {
        Expression chain = filter(new Expression.Body());
        while (skipOperator("|")) {
            chain = filter(chain);
        }
        return chain;
    }

    private Statement callBlock(int line) {
        List<Statement.Parameter> parameters = current().isOperator("(") ? parameters() : List.of();
        Expression.@Nullable Call call = asCall(expression());
        if (call == null) {
            throw new TemplateFailure("call needs a call", line);
        }
        Statement.Macro caller = new Statement.Macro("caller", parameters, body("endcall"), line);
        return new Statement.CallBlock(caller, call, line);
    }

    private Statement with(int line) {
        List<Statement.Set> variables = new ArrayList<>();
        while (current().kind() == Token.Kind.NAME) {
            Statement.Target target = new Statement.Target(expectName(), null);
            expectOperator("=");
            variables.add(new Statement.Set(List.of(target), expression(), line));
            skipOperator(",");
        }
        return new Statement.With(List.copyOf(variables), body("endwith"), line);
    }

    private List<Statement.Parameter> parameters() {
        List<Statement.Parameter> parameters = new ArrayList<>();
        expectOperator("(");
        while (!skipOperator(")")) {
            String name = expectName();
            parameters.add(new Statement.Parameter(name, skipOperator("=") ? expression() : null));
            if (!skipOperator(",")) {
                expectOperator(")");
                break;
            }
        }
        return List.copyOf(parameters);
    }
}
