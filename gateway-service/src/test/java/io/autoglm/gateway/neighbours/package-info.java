/// The gateway's neighbours for tests: real HTTP servers on loopback that do what a test tells them to.
@NullMarked
package io.autoglm.gateway.neighbours;

import org.jspecify.annotations.NullMarked;
