/// What is remembered of a conversation. A turn is what one request added: its new messages and the answer; it is
/// stored, dropped and recalled whole. Messages stay the client's own JSON.
@NullMarked
package io.autoglm.protocol.conversation;

import org.jspecify.annotations.NullMarked;
