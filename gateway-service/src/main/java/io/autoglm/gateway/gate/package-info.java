/// The first look at a request, before its body is read: what each caller may send to this gateway, and how
/// much memory it may hold here. What it may use, the `admission` decides.
@NullMarked
package io.autoglm.gateway.gate;

import org.jspecify.annotations.NullMarked;
