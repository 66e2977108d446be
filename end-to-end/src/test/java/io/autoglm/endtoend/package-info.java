/// The packaged services as processes on loopback, with the shipped model, driven by the clients of users.
@NullMarked
package io.autoglm.endtoend;

import org.jspecify.annotations.NullMarked;
