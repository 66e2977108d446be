/// The one path of a completion, from the caller's JSON to the settled answer. Start at `Completion`.
@NullMarked
package io.autoglm.gateway.chat;

import org.jspecify.annotations.NullMarked;
