/// What is remembered, in Redis: the turns of conversations, kept per tenant, given back by token budget.
///
/// Start reading at {@link io.autoglm.context.api.ConversationResource} (what is asked), then
/// {@link io.autoglm.context.store.Conversations} (how Redis answers it in one round trip) and
/// {@link io.autoglm.context.window.ContextWindow} (which turns are recalled).
@NullMarked
package io.autoglm.context;

import org.jspecify.annotations.NullMarked;
