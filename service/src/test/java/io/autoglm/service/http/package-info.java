@NullMarked
package io.autoglm.service.http;

import org.jspecify.annotations.NullMarked;
