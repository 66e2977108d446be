/// The engines: how a step of tokens becomes logits. Found through DJL's SPI, chosen by `autoglm.engine`.
@NullMarked
package io.autoglm.inference.engine;

import org.jspecify.annotations.NullMarked;
