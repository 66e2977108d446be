/// What a person sees: progress, the table of parts, logs, and a chat.
@NullMarked
package io.autoglm.local.terminal;

import org.jspecify.annotations.NullMarked;
