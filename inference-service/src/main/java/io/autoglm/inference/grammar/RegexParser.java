package io.autoglm.inference.grammar;

import io.autoglm.inference.grammar.Element.Repeat;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads a regular expression, in the syntax that Python, Java and JavaScript have in common; the whole
/// answer must match it. What no automaton can keep is refused by its name: lookaround, backreferences,
/// boundaries, atomic and possessive repetition; so are flags. Whether a repetition is lazy makes no
/// difference.
final class RegexParser {

    private static final int LONGEST_CHARS = 16 * 1024;

    /// What a group begins with that is not supported.
    private static final Map<String, String> REFUSED_GROUPS = Map.of(
            "=", "a lookahead",
            "!", "a lookahead",
            "<=", "a lookbehind",
            "<!", "a lookbehind",
            ">", "an atomic group",
            "P=", "a backreference");

    private final Cursor cursor;
    private final RegexCharacters characters;

    private RegexParser(String regex) {
        this.cursor = new Cursor(regex, LONGEST_CHARS);
        this.characters = new RegexCharacters(cursor);
    }

    /// @throws Malformed saying what is wrong or not supported
    static Expression parse(String regex) {
        RegexParser parser = new RegexParser(regex);
        Expression all = parser.choice();
        if (parser.cursor.more()) {
            throw parser.cursor.malformed("has a ')' without a '('");
        }
        return all;
    }

    private Expression choice() {
        cursor.enter();
        List<Expression> ways = new ArrayList<>();
        do {
            ways.add(sequence());
        } while (cursor.take("|"));
        cursor.leave();
        return ways.size() == 1 ? ways.getFirst() : new Expression.Choice(ways);
    }

    private Expression sequence() {
        List<Expression> parts = new ArrayList<>();
        boolean ended = false;
        while (cursor.more() && !cursor.isAt("|") && !cursor.isAt(")")) {
            if (cursor.take("^") || cursor.take("\\A")) {
                if (!parts.isEmpty() || ended || !cursor.isOutermost()) {
                    throw cursor.malformed("has a '^' that is not at its beginning, which is not supported");
                }
                continue;
            }
            boolean end = cursor.take("$") || cursor.take("\\Z") || cursor.take("\\z");
            if ((ended && !end) || (end && !cursor.isOutermost())) {
                throw cursor.malformed("has a '$' that is not at its end, which is not supported");
            }
            ended |= end;
            if (!end) {
                parts.add(repeated(atom()));
            }
        }
        return parts.size() == 1 ? parts.getFirst() : new Expression.Sequence(parts);
    }

    @SuppressWarnings("ReferenceEquality") // the same comes back where nothing is repeated
    private Expression repeated(Expression part) {
        Expression simple = cursor.simplyRepeated(part);
        Expression repeated = simple == part ? counted(part) : simple;
        if (repeated == null) {
            return part;
        }
        if (cursor.isAt("+")) {
            throw cursor.malformed("has a possessive repetition, which is not supported");
        }
        cursor.take("?");
        if (cursor.isAt("*") || cursor.isAt("+") || cursor.isAt("?") || counted(part) != null) {
            throw cursor.malformed("repeats a repetition");
        }
        return repeated;
    }

    /// @return null where no count is: a brace may be one of the text, as in Python
    private @Nullable Expression counted(Expression part) {
        int begin = cursor.place();
        if (!cursor.take("{")) {
            return null;
        }
        int least = cursor.number();
        boolean range = cursor.take(",");
        int most = range ? cursor.number() : least;
        if (!cursor.take("}") || (least < 0 && most < 0)) {
            cursor.backTo(begin);
            return null;
        }
        if (most >= 0 && least > most) {
            throw cursor.malformed("repeats something " + least + " to " + most + " times");
        }
        return new Expression.Times(part, Math.max(0, least), most < 0 ? Repeat.UNBOUNDED : most);
    }

    private Expression atom() {
        int next = cursor.next();
        return switch (next) {
            case '(' -> group();
            case '[' -> new Expression.OneOf(characters.characterClass());
            case '.' -> new Expression.OneOf(CharacterClass.ANY);
            case '*', '+', '?' -> throw cursor.malformed("repeats nothing");
            case '\\' -> new Expression.OneOf(characters.escaped());
            default -> Expression.of(next);
        };
    }

    private Expression group() {
        if (cursor.take("?")) {
            REFUSED_GROUPS.forEach((begin, what) -> {
                if (cursor.isAt(begin)) {
                    throw cursor.malformed("has " + what + ", which is not supported");
                }
            });
            if (cursor.take("P<") || cursor.take("<")) {
                while (cursor.more() && !cursor.isAt(">")) {
                    cursor.next();
                }
                if (!cursor.take(">")) {
                    throw cursor.malformed("has a group whose name does not end");
                }
            } else if (!cursor.take(":")) {
                throw cursor.malformed("has a flag, a condition or a comment in a group, which is not supported");
            }
        }
        Expression inside = choice();
        if (!cursor.take(")")) {
            throw cursor.malformed("has a '(' without a ')'");
        }
        return inside;
    }
}
