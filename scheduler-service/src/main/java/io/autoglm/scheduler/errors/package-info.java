/// The one place where a refusal or a failure becomes an HTTP status and OpenAI's error body.
@NullMarked
package io.autoglm.scheduler.errors;

import org.jspecify.annotations.NullMarked;
