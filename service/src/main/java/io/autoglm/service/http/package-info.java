/// Request bodies and connections, as the services whose routes are Vert.x routes take them.
@NullMarked
package io.autoglm.service.http;

import org.jspecify.annotations.NullMarked;
