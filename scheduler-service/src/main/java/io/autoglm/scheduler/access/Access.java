package io.autoglm.scheduler.access;

import io.autoglm.service.InternalToken;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

final class Access {
    @Produces
    @Singleton
    InternalToken token(AccessConfig config) {
        return InternalToken.of(config.internalToken(), config.internalAuth());
    }
}
