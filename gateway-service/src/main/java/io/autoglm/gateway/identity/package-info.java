/// Who asks: an API key or a JWT of an OIDC issuer becomes a `Caller`, or the request ends with 401 or 403.
@NullMarked
package io.autoglm.gateway.identity;

import org.jspecify.annotations.NullMarked;
