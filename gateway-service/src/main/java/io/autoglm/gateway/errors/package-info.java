/// The one place where a refusal or a failure becomes an HTTP status and OpenAI's error body.
@NullMarked
package io.autoglm.gateway.errors;

import org.jspecify.annotations.NullMarked;
