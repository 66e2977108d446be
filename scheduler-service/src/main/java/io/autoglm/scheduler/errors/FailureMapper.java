package io.autoglm.scheduler.errors;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;
import org.jspecify.annotations.Nullable;

/// What was thrown becomes a {@link Problem}.
final class FailureMapper {
    private static final Logger LOG = Logger.getLogger(FailureMapper.class);

    @ServerExceptionMapper
    Response mismatch(MismatchedInputException wrong) {
        return unreadable(wrong).response();
    }

    @ServerExceptionMapper
    Response webFailure(WebApplicationException failure) {
        if (failure.getCause() instanceof JsonProcessingException wrong) {
            return unreadable(wrong).response();
        }
        Response.StatusType status = failure.getResponse().getStatusInfo();
        return Problem.ofStatus(status.getStatusCode(), status.getReasonPhrase())
                .response();
    }

    @ServerExceptionMapper
    Response bug(RuntimeException bug) {
        LOG.error("request failed", bug);
        return Problem.internal().response();
    }

    private static Problem unreadable(JsonProcessingException wrong) {
        String field = wrong instanceof JsonMappingException mapping ? field(mapping) : null;
        return field == null
                ? Problem.invalid("The request body is not valid JSON of the expected shape.", null)
                : Problem.invalid("The field '" + field + "' has a wrong type or value.", field);
    }

    private static @Nullable String field(JsonMappingException wrong) {
        String path = wrong.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(Collectors.joining("."));
        return path.isEmpty() ? null : path;
    }
}
