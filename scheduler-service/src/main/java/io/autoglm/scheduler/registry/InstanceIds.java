package io.autoglm.scheduler.registry;

import java.util.Comparator;
import java.util.regex.Pattern;

/// How instance ids look and how they are ordered.
public final class InstanceIds {
    private InstanceIds() {}

    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,126}[A-Za-z0-9])?");

    /// `inference-2` before `inference-10`.
    public static final Comparator<String> NATURAL = Comparator.comparing(InstanceIds::stem)
            .thenComparingLong(InstanceIds::number)
            .thenComparing(Comparator.naturalOrder());

    /// 1 to 128 letters, digits, dots, dashes and underscores, as Kubernetes names its pods: they become file
    /// names.
    public static boolean isValid(String id) {
        return VALID.matcher(id).matches();
    }

    private static String stem(String id) {
        return id.substring(0, digitsFrom(id));
    }

    private static long number(String id) {
        String digits = id.substring(digitsFrom(id));
        return digits.isEmpty() ? -1 : Long.parseLong(digits.substring(Math.max(0, digits.length() - 18)));
    }

    private static int digitsFrom(String id) {
        int at = id.length();
        while (at > 0 && id.charAt(at - 1) >= '0' && id.charAt(at - 1) <= '9') {
            at--;
        }
        return at;
    }
}
