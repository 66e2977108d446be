/// What a request asks for of what it may use, and what it is told. Records only; Redis counts it for all
/// gateways (`admission`), and each gateway for itself (`counting`).
@NullMarked
package io.autoglm.gateway.quota;

import org.jspecify.annotations.NullMarked;
