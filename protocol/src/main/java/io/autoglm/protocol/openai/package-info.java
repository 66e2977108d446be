/// The OpenAI REST shapes that more than one service reads or writes. JSON names are snake_case, as published.
@NullMarked
package io.autoglm.protocol.openai;

import org.jspecify.annotations.NullMarked;
