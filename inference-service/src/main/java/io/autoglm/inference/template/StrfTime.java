package io.autoglm.inference.template;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

/// C's `strftime` in the C locale.
final class StrfTime {

    private StrfTime() {}

    static String format(ZonedDateTime time, String format) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            char next = format.charAt(i);
            if (next != '%' || i + 1 == format.length()) {
                text.append(next);
                continue;
            }
            char directive = format.charAt(++i);
            boolean unpadded = directive == '-' && i + 1 < format.length();
            if (unpadded) {
                directive = format.charAt(++i);
            }
            String value = directive(time, directive);
            text.append(unpadded && value.length() > 1 ? value.replaceFirst("^0+(?=.)", "") : value);
        }
        return text.toString();
    }

    private static String directive(ZonedDateTime time, char directive) {
        return switch (directive) {
            case 'Y' -> pattern(time, "uuuu");
            case 'y' -> pattern(time, "uu");
            case 'm' -> pattern(time, "MM");
            case 'd' -> pattern(time, "dd");
            case 'e' -> "%2d".formatted(time.getDayOfMonth());
            case 'H' -> pattern(time, "HH");
            case 'I' -> pattern(time, "hh");
            case 'M' -> pattern(time, "mm");
            case 'S' -> pattern(time, "ss");
            case 'f' -> pattern(time, "SSSSSS");
            case 'p' -> pattern(time, "a");
            case 'A' -> pattern(time, "EEEE");
            case 'a' -> pattern(time, "EEE");
            case 'B' -> pattern(time, "MMMM");
            case 'b', 'h' -> pattern(time, "MMM");
            case 'j' -> pattern(time, "DDD");
            case 'w' -> Integer.toString(time.getDayOfWeek().getValue() % 7);
            case 'u' -> Integer.toString(time.getDayOfWeek().getValue());
            case 'F' -> pattern(time, "uuuu-MM-dd");
            case 'T' -> pattern(time, "HH:mm:ss");
            case 'D' -> pattern(time, "MM/dd/uu");
            case 'R' -> pattern(time, "HH:mm");
            case 'c' -> pattern(time, "EEE MMM ") + directive(time, 'e') + pattern(time, " HH:mm:ss uuuu");
            case 'x' -> pattern(time, "MM/dd/uu");
            case 'X' -> pattern(time, "HH:mm:ss");
            case 'z' -> pattern(time, "xx");
            case 'Z' -> pattern(time, "zzz");
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            default -> "%" + directive;
        };
    }

    private static String pattern(TemporalAccessor time, String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
    }
}
