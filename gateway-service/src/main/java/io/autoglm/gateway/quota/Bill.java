package io.autoglm.gateway.quota;

/// What a request has really cost.
///
/// @param microMoney millionths of the currency
public record Bill(Tokens tokens, long microMoney) {
    public static final Bill NOTHING = new Bill(Tokens.NONE, 0);
}
