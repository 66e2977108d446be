package io.autoglm.gateway.directory;

import io.autoglm.service.CannotStart;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The form of an API key: `sk-ag-<id>_<secret><check>`.
///
/// - `sk-` is what OpenAI's SDKs and people expect, `sk-ag-` and the fixed length what a scanner for leaked
///   secrets looks for.
/// - The id, 20 characters, names the record, so that both secrets of a key that is being replaced are one
///   record, and a key that leaked can be revoked by whoever finds it in a log, without the secret being
///   looked up. It begins with the time, so that lists are in the order of making.
/// - The secret, 43 characters, is 256 random bits.
/// - The check, 8 characters, is 48 bits of `HMAC-SHA256(pepper, all before it)`. A slip of the pen, or a key
///   that somebody made up, is told from it without a look at Redis: a flood of such keys reaches nothing.
///
/// What is kept is `SHA-256(HMAC-SHA256(pepper, all before the check))`: without the pepper it says nothing
/// about any key, and 256 random bits need no salt and no slow function.
final class SecretForm {
    private static final Pattern SHAPE = Pattern.compile("(sk-ag-([0-9a-z]{20})_[A-Za-z0-9_-]{43})([A-Za-z0-9_-]{8})");
    private static final int MIN_PEPPER_CHARS = 32;
    private static final int SECRET_BYTES = 32;
    private static final int CHECK_BYTES = 6;
    private static final int ID_CHARS = 20;
    /// 36⁹ milliseconds last until the year 5188.
    private static final int TIME_CHARS = 9;

    private static final String ALGORITHM = "HmacSHA256";

    /// A key that someone showed.
    record Shown(String id, String hash) {}

    /// @param text the whole key, shown to its owner once and kept nowhere
    record Made(String text, String hash) {
        /// Hides what a record would print of itself.
        @Override
        public String toString() {
            return "Made[…]";
        }
    }

    private final Mac peppered;
    private final SecureRandom random = new SecureRandom();

    /// @throws CannotStart for a pepper that could be guessed
    SecretForm(String pepper) {
        if (pepper.length() < MIN_PEPPER_CHARS) {
            throw new CannotStart(
                    "autoglm.keys.pepper is too short",
                    "it must be at least " + MIN_PEPPER_CHARS + " random characters");
        }
        try {
            peppered = Mac.getInstance(ALGORITHM);
            peppered.init(new SecretKeySpec(pepper.getBytes(StandardCharsets.UTF_8), ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    /// @return empty where it is not a key that this pepper made
    Optional<Shown> read(String presented) {
        Matcher shape = SHAPE.matcher(presented);
        if (!shape.matches()) {
            return Optional.empty();
        }
        byte[] mac = mac(shape.group(1));
        boolean made = MessageDigest.isEqual(
                check(mac).getBytes(StandardCharsets.US_ASCII), shape.group(3).getBytes(StandardCharsets.US_ASCII));
        return made ? Optional.of(new Shown(shape.group(2), hash(mac))) : Optional.empty();
    }

    String newId(Clock clock) {
        String time = Long.toString(clock.millis(), 36);
        StringBuilder id = new StringBuilder("0".repeat(TIME_CHARS - time.length())).append(time);
        while (id.length() < ID_CHARS) {
            id.append(Character.forDigit(random.nextInt(36), 36));
        }
        return id.toString().toLowerCase(Locale.ROOT);
    }

    Made make(String id) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String body = "sk-ag-" + id + "_" + base64url(secret);
        byte[] mac = mac(body);
        return new Made(body + check(mac), hash(mac));
    }

    private byte[] mac(String body) {
        try {
            return ((Mac) peppered.clone()).doFinal(body.getBytes(StandardCharsets.US_ASCII));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's " + ALGORITHM + " can be cloned", e);
        }
    }

    private static String check(byte[] mac) {
        return base64url(Arrays.copyOf(mac, CHECK_BYTES));
    }

    private static String hash(byte[] mac) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(mac));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static String base64url(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
