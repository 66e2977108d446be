/// What may be asked of a conversation, what can come of it, and the limits that hold. No Redis and no HTTP.
@NullMarked
package io.autoglm.context.conversation;

import org.jspecify.annotations.NullMarked;
