package io.autoglm.gateway.directory;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;

/// A tenant as it is kept.
///
/// @param createdBy the account that made it
/// @param changedBy the account that changed it last
@RegisterForReflection
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TenantRecord(
        String id, TenantSettings settings, Instant createdAt, String createdBy, Instant changedAt, String changedBy) {

    public TenantRecord with(TenantSettings changed, String by, Instant now) {
        return new TenantRecord(id, changed, createdAt, createdBy, now, by);
    }
}
