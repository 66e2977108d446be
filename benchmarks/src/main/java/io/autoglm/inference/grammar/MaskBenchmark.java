package io.autoglm.inference.grammar;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.text.TokenBytes;
import io.autoglm.inference.text.WordVocabulary;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/// The mask of a token, over all tokens of answers of up to 400: which of 152,000 may come, and that one of them
/// came. The first answer to a schema finds no mask; later ones find those of the answers before. Compiling the
/// schema belongs to the request, not to the token.
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
public class MaskBenchmark {

    private static final int MAX_TOKENS = 4096;
    private static final int ANSWER_TOKENS = 400;

    /// What an answer may be.
    public enum Schema {
        STRING("{'type':'string','maxLength':2000}"),
        LONG_STRING("{'type':'string','minLength':1800,'maxLength':2000}"),
        ARRAY("{'type':'array','maxItems':300,'items':{'type':'string','maxLength':40}}"),
        OBJECT("{'type':'object'}");

        private final String json;

        Schema(String json) {
            this.json = json.replace('\'', '"');
        }

        private Grammar compile() {
            try {
                return JsonSchemaRules.compile(new ObjectMapper().readTree(json));
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException(e);
            }
        }
    }

    /// Which answer to the same schema it is.
    public enum Answer {
        FIRST,
        LATER
    }

    @Param
    public Schema schema = Schema.STRING;

    @Param
    public Answer answer = Answer.FIRST;

    private final TokenBytes tokens = WordVocabulary.make();
    private final Vocabulary vocabulary = new Vocabulary(tokens);
    private final int end = tokens.size() - 1;
    private final long[] mask = new long[Math.ceilDiv(tokens.size(), Long.SIZE)];
    private int[] written = {};
    private @Nullable Grammar grammar;
    private GrammarConstraint constraint = begin(schema.compile());
    private int at;

    @Setup
    public void write() {
        Grammar own = schema.compile();
        grammar = own;
        constraint = begin(own);
        Random random = new Random(11);
        int[] answered = new int[ANSWER_TOKENS];
        int count = 0;
        while (count < ANSWER_TOKENS) {
            constraint.allow(mask, MAX_TOKENS - count);
            int token = likely(random);
            if (token == end) {
                break;
            }
            constraint.accept(token);
            answered[count++] = token;
        }
        written = Arrays.copyOf(answered, count);
        at = count;
    }

    @Setup(Level.Invocation)
    public void beginAnew() {
        if (at == written.length) {
            at = 0;
            Grammar known = grammar;
            constraint = begin(known == null || answer == Answer.FIRST ? schema.compile() : known);
        }
    }

    @Benchmark
    public long[] token() {
        constraint.allow(mask, MAX_TOKENS - at);
        constraint.accept(written[at++]);
        return mask;
    }

    private GrammarConstraint begin(Grammar form) {
        return new GrammarConstraint(form, vocabulary, new int[] {end}, null);
    }

    /// An allowed token, as a model writes: hardly ever one that ends a string.
    private int likely(Random random) {
        int last = -1;
        for (int trial = 0; trial < 400; trial++) {
            int token = random.nextInt(tokens.size());
            if (isAllowed(token)) {
                last = token;
                if (new String(tokens.bytes(token), StandardCharsets.UTF_8).indexOf('"') < 0) {
                    return token;
                }
            }
        }
        for (int token = 0; last < 0 && token < tokens.size(); token++) {
            last = isAllowed(token) ? token : -1;
        }
        return last;
    }

    private boolean isAllowed(int token) {
        return (mask[token >> 6] >>> token & 1) != 0;
    }
}
