package io.autoglm.gateway.admin;

import jakarta.inject.Singleton;
import java.util.TreeSet;
import org.jboss.logging.Logger;

/// A line in the log of this gateway for each change.
@Singleton
final class AdminLines implements AdminLog {
    private static final Logger LOG = Logger.getLogger(AdminLines.class);

    @Override
    public void changed(AdminEvent event) {
        LOG.infof(
                "admin change action=%s tenant=%s key=%s version=%d fields=%s by=%s byTenant=%s requestId=%s traceId=%s",
                event.action(),
                event.tenant(),
                event.key() == null ? "-" : event.key(),
                event.version(),
                String.join(",", new TreeSet<>(event.fields())),
                event.byAccount(),
                event.byTenant(),
                event.requestId(),
                event.traceId());
    }
}
