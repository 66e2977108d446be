/// The gateway and a real Keycloak: `-Pkeycloak`, see the parent's `pom.xml`.
@NullMarked
package io.autoglm.gateway.keycloak;

import org.jspecify.annotations.NullMarked;
