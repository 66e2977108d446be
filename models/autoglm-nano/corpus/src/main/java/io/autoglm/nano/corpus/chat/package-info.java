/// Conversations as the OpenAI API knows them, and how GLM writes them as one text: roles, tools, tool calls, answers.
@NullMarked
package io.autoglm.nano.corpus.chat;

import org.jspecify.annotations.NullMarked;
