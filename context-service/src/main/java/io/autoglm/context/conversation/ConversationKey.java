package io.autoglm.context.conversation;

import java.util.regex.Pattern;

/// Whose conversation, and which. Tenants share nothing: the same id under another tenant is another conversation.
///
/// @param tenant any text without control characters, at most 256 characters
/// @param id     1 to 128 of letters, digits and `. _ : @ -`, beginning with a letter, a digit or `_`
public record ConversationKey(String tenant, String id) {
    private static final Pattern TENANT = Pattern.compile("[^\\p{Cntrl}]{1,256}");
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._:@-]{0,127}");

    public ConversationKey {
        if (!isTenant(tenant)) {
            throw new IllegalArgumentException("tenant: 1 to 256 characters, none of them a control character");
        }
        if (!isId(id)) {
            throw new IllegalArgumentException("id: does not match " + ID);
        }
    }

    public static boolean isTenant(String value) {
        return TENANT.matcher(value).matches() && !value.isBlank();
    }

    public static boolean isId(String value) {
        return ID.matcher(value).matches();
    }
}
