package io.autoglm.redis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Why Redis did not do what it was asked, in words without addresses, credentials or data.
public sealed interface RedisFailure {

    /// At the beginning; or behind a dash where Redis 6 tells of a command that failed within a script, as in
    /// `ERR Error running script (call to f_…): @user_script:3: @user_script: 3: -OOM command not allowed`.
    Pattern CODE = Pattern.compile("^(?:ERR Error running script .*: -)?([A-Z_]+)(?: |$)");

    String why();

    /// It could not be reached, did not answer in time, or says that it cannot for the moment.
    record Away(String why) implements RedisFailure {}

    /// It answered that it will not.
    record Refused(String why) implements RedisFailure {}

    /// @param error what Redis said: a code word, such as `OOM`, and an explanation; or the client's own code
    ///              word
    static RedisFailure said(String error) {
        Matcher first = CODE.matcher(error);
        String code = first.find() ? first.group(1) : "ERR";
        return switch (code) {
            case "CONNECTION_CLOSED" -> new Away("the connection broke");
            case "LOADING" -> new Away("it is still loading its data");
            case "CLUSTERDOWN", "TRYAGAIN", "MASTERDOWN", "BUSY" ->
                new Away("it is not able to answer now (" + code + ")");
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
