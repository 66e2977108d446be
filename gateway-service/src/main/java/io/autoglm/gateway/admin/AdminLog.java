package io.autoglm.gateway.admin;

/// Hears of every change once it was made, before its caller does. Must not block.
public interface AdminLog {
    void changed(AdminEvent event);
}
