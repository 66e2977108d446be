package io.autoglm.nano.corpus.tokenizer;

import java.nio.charset.StandardCharsets;

/// GPT-2's printable spelling of bytes: each of the 256 byte values stands for one visible character, so that any byte
/// string can be a JSON key of the vocabulary.
final class ByteAlphabet {
    private static final char[] CHARACTER = new char[256];
    private static final int[] BYTE = new int[512];

    static {
        int next = 256;
        for (int value = 0; value < 256; value++) {
            boolean visible = (value >= '!' && value <= '~') || (value >= 0xA1 && value <= 0xAC) || value >= 0xAE;
            CHARACTER[value] = (char) (visible ? value : next++);
            BYTE[CHARACTER[value]] = value;
        }
    }

    private ByteAlphabet() {}

    static char character(int value) {
        return CHARACTER[value];
    }

    static String spell(String text) {
        var spelled = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            spelled.append(CHARACTER[b & 0xFF]);
        }
        return spelled.toString();
    }

    static byte[] bytes(String spelled) {
        var bytes = new byte[spelled.length()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) BYTE[spelled.charAt(i)];
        }
        return bytes;
    }
}
