package io.autoglm.context.store;

/// Why Redis did not do what it was asked, in words without addresses, credentials or data.
sealed interface RedisFailure {

    String why();

    /// It could not be reached, or did not answer in time.
    record Away(String why) implements RedisFailure {}

    /// It answered that it will not.
    record Refused(String why) implements RedisFailure {}

    /// @param error what Redis said: a code word, such as `OOM`, and an explanation; or the client's own code
    ///              word
    static RedisFailure said(String error) {
        String first = error.split(" ", 2)[0];
        String code = first.matches("[A-Z_]+") ? first : "ERR";
        return switch (code) {
            case "CONNECTION_CLOSED" -> new Away("the connection broke");
            case "LOADING" -> new Away("it is still loading its data");
            case "OOM" -> new Refused("its memory is full (OOM)");
            case "MISCONF" -> new Refused("it cannot write to its disk (MISCONF)");
            case "READONLY" -> new Refused("it is a replica (READONLY)");
            case "NOREPLICAS" -> new Refused("it has too few replicas (NOREPLICAS)");
            case "NOAUTH", "WRONGPASS" -> new Refused("it does not accept the password (" + code + ")");
            case "NOPERM" -> new Refused("the user may not do this (NOPERM)");
            default -> new Refused("it answers " + code);
        };
    }
}
