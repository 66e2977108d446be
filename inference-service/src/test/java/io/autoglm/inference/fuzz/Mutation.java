package io.autoglm.inference.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Spoils valid input: bytes or characters are changed, cut out, doubled, moved, or replaced by what often
/// breaks something.
final class Mutation {

    private static final List<String> NASTY = List.of(
            "",
            "\u0000",
            "-1",
            "18446744073709551616",
            "9223372036854775807",
            "1e999",
            "\\u0000",
            "\ud800",
            "{{",
            "}}",
            "{%",
            "%}",
            "((((((((((((((((",
            "[[[[[[[[[[[[[[[[",
            "not ",
            "|tojson",
            "*999999999",
            "endfor",
            "recursive",
            "null",
            "\"",
            "'");

    private final Random random;

    Mutation(long seed) {
        this.random = new Random(seed);
    }

    String spoil(String text) {
        StringBuilder spoiled = new StringBuilder(text);
        int times = 1 + random.nextInt(4);
        for (int i = 0; i < times && !spoiled.isEmpty(); i++) {
            int at = random.nextInt(spoiled.length());
            int end = Math.min(spoiled.length(), at + 1 + random.nextInt(12));
            switch (random.nextInt(5)) {
                case 0 -> spoiled.setCharAt(at, (char) random.nextInt(random.nextBoolean() ? 128 : 0x10000));
                case 1 -> spoiled.delete(at, end);
                case 2 -> spoiled.insert(at, spoiled.substring(at, end));
                case 3 -> spoiled.insert(random.nextInt(spoiled.length()), spoiled.substring(at, end));
                default -> spoiled.insert(at, NASTY.get(random.nextInt(NASTY.size())));
            }
        }
        return spoiled.toString();
    }

    byte[] spoil(byte[] bytes, int within) {
        byte[] spoiled = bytes.clone();
        int times = 1 + random.nextInt(8);
        for (int i = 0; i < times; i++) {
            int at = random.nextInt(Math.min(within, spoiled.length));
            spoiled[at] = switch (random.nextInt(4)) {
                case 0 -> (byte) random.nextInt();
                case 1 -> (byte) (spoiled[at] ^ (1 << random.nextInt(8)));
                case 2 -> (byte) 0xff;
                default -> (byte) '9';
            };
        }
        return random.nextInt(8) == 0 ? Arrays.copyOf(spoiled, random.nextInt(spoiled.length)) : spoiled;
    }
}
