package io.autoglm.protocol;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

/// OpenAI's error body: `{"error":{"message":…,"type":…,"param":…,"code":…}}`.
@JsonIgnoreProperties(ignoreUnknown = true)
public record ApiError(Detail error) {

    /// The caller's fault: 400, 404, 409, 413, 422.
    public static final String INVALID_REQUEST = "invalid_request_error";
    /// No identity or a wrong one: 401.
    public static final String AUTHENTICATION = "authentication_error";
    /// An identity that may not do this: 403.
    public static final String PERMISSION = "permission_error";
    /// A limit is reached: 429.
    public static final String RATE_LIMIT = "rate_limit_error";
    /// Our fault, or an engine's: 500, 502, 503, 504.
    public static final String SERVER = "server_error";

    /// @param param the request field at fault, null where no single field is; written as `null`, as OpenAI does
    /// @param code  a word a program can act on, such as `model_not_found`; may be null
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Detail(
            String message,
            String type,
            @Nullable String param,
            @Nullable String code) {}

    public static ApiError of(String message, String type, @Nullable String param, @Nullable String code) {
        return new ApiError(new Detail(message, type, param, code));
    }
}
