/// Who asks: an API key from the key file or a JWT of the OIDC issuer becomes a `Caller`, or the request ends with 401
/// or 403.
@NullMarked
package io.autoglm.gateway.identity;

import org.jspecify.annotations.NullMarked;
