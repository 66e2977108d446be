package io.autoglm.inference.grammar;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.inference.sampling.TokenConstraint;
import io.autoglm.inference.text.TokenBytes;
import io.autoglm.inference.text.Vocabularies;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/// How long the mask of a token takes over a vocabulary of the size that Qwen and GLM have. Run by hand.
final class MaskBench {

    private static final int VOCABULARY = 152_000;
    private static final int ANSWER_TOKENS = 400;

    /// Time of the processor, not of the clock: the machine may be busy.
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private MaskBench() {}

    public static void main(String[] arguments) throws IOException {
        TokenBytes tokens = Vocabularies.byteLevel(words(new Random(5)));
        AnswerFormat format = new AnswerFormat(tokens, List.of(tokens.size() - 2), "</think>");
        for (int length = 1; length < 20; length++) {
            answer(format, tokens, "{\"type\":\"string\",\"maxLength\":" + length + "}");
        }
        for (String regex : List.of(
                ".{1,2000}",
                "(\\w+ ){1,400}\\w+",
                "[^\"\\\\]{0,2000}",
                "(?:\\p{L}+[ ,.]?)+",
                "(\\d{1,3}(,\\d{3})*(\\.\\d+)? ?)*")) {
            for (String round : List.of("first answer", "second answer")) {
                print(regex, round, answer(format.form(new Guide.Regex(regex), "guided_regex"), tokens));
            }
        }
        for (String schema : List.of(
                "{\"type\":\"string\",\"maxLength\":2000}",
                "{\"type\":\"string\",\"minLength\":1800,\"maxLength\":2000}",
                "{\"type\":\"array\",\"maxItems\":300,\"items\":{\"type\":\"string\",\"maxLength\":40}}",
                "{\"type\":\"object\"}")) {
            for (String round : List.of("first answer", "second answer")) {
                measure(format, tokens, schema, round);
            }
        }
    }

    private static void measure(AnswerFormat format, TokenBytes tokens, String schema, String round)
            throws IOException {
        print(schema, round, answer(format, tokens, schema));
    }

    private static void print(String form, String round, Cost cost) {
        System.out.printf(
                "%-75s %-13s %4d tokens, %9.0f tokens/s, worst %6.2f ms%n",
                form, round, cost.tokens, cost.tokens * 1e9 / cost.nanos, cost.worstNanos / 1e6);
    }

    private record Cost(int tokens, long nanos, long worstNanos) {}

    private static Cost answer(AnswerFormat format, TokenBytes tokens, String schema) throws IOException {
        return answer(
                Objects.requireNonNull(format.form(new ObjectMapper()
                        .readTree("{\"type\":\"json_schema\",\"json_schema\":{\"schema\":" + schema + "}}"))),
                tokens);
    }

    private static Cost answer(AnswerForm form, TokenBytes tokens) {
        TokenConstraint constraint = form.constraint(4096, "max_tokens");
        long[] mask = new long[(tokens.size() + 63) / 64];
        Random random = new Random(11);
        long worst = 0;
        long all = 0;
        int written = 0;
        for (; written < ANSWER_TOKENS; written++) {
            long begun = THREADS.getCurrentThreadCpuTime();
            constraint.allow(mask, 4096 - written);
            long nanos = THREADS.getCurrentThreadCpuTime() - begun;
            all += nanos;
            worst = Math.max(worst, nanos);
            int token = like(mask, tokens, random);
            if (token == tokens.size() - 2) {
                break;
            }
            constraint.accept(token);
        }
        return new Cost(written, all, worst);
    }

    /// An allowed token, as a model writes: hardly ever one that ends a string.
    private static int like(long[] mask, TokenBytes tokens, Random random) {
        int last = tokens.size() - 2;
        for (int trial = 0; trial < 400; trial++) {
            int token = random.nextInt(tokens.size());
            if ((mask[token >> 6] >>> token & 1) != 0) {
                last = token;
                if (new String(tokens.bytes(token), StandardCharsets.UTF_8).indexOf('"') < 0) {
                    return token;
                }
            }
        }
        for (int token = 0; token < tokens.size(); token++) {
            if ((mask[token >> 6] >>> token & 1) != 0) {
                return token;
            }
        }
        return last;
    }

    private static List<String> words(Random random) {
        Set<String> words = new LinkedHashSet<>();
        for (int run = 2; run <= 128; run++) {
            words.add(" ".repeat(run));
        }
        while (words.size() < VOCABULARY - 258) {
            StringBuilder word = new StringBuilder();
            int length = 2 + (int) Math.min(14, Math.abs(random.nextGaussian()) * 5);
            switch (random.nextInt(20)) {
                case 0, 1, 2 -> random.ints(1 + length / 4, 0x4e00, 0x9fa5).forEach(word::appendCodePoint);
                case 3 ->
                    random.ints(length / 2 + 1, 0, 20).forEach(i -> word.append("\"{}[]:,.\\/ -_()=<>;\n".charAt(i)));
                default -> {
                    word.append(random.nextBoolean() ? " " : "");
                    random.ints(length, 0, 30).forEach(i -> word.append("eeettaaoinsrhldcumfpgwybvkxjqz".charAt(i)));
                }
            }
            if (word.toString().getBytes(StandardCharsets.UTF_8).length > 1) {
                words.add(word.toString());
            }
        }
        return new ArrayList<>(words);
    }
}
