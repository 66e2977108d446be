package io.autoglm.protocol.conversation;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A page of `GET /v1/conversations/{id}/turns`, oldest first. Turns are numbered from 1 as they were appended,
/// and keep their number when older ones are dropped.
///
/// @param first the number of `data`'s first turn
/// @param next  pass it as `after` for the following page; null on the last
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record TurnList(
        List<Turn> data, long first, @Nullable Long next) {}
