package io.autoglm.gateway.continuation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.autoglm.gateway.upstream.SseEvent;
import io.autoglm.protocol.Resumption;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Of an instance of ours, which tells its tokens in comments, see {@link Resumption}: another one goes on
/// from there as if nothing had been. The comments are taken out. What no comment has followed yet is kept
/// back, which costs no time: an instance writes both at once.
final class SaidTokens implements Progress {
    private static final ObjectMapper JSON = new ObjectMapper();
    /// Of events without a comment. An instance writes one at least every 16 KiB, unless it has lost its way.
    private static final int MOST_KEPT_BYTES = 1 << 20;
    /// Of one answer; no model's context is longer.
    private static final int MOST_TOKENS = 4 << 20;

    private final Buffer request;
    private final List<SseEvent> kept = new ArrayList<>();
    private int keptBytes;
    private final StringBuilder tokens = new StringBuilder();
    private int count;
    private @Nullable String opening;
    private boolean over;
    private boolean expectsResumed;
    private boolean astray;

    /// @param request that was sent, a JSON object
    SaidTokens(Buffer request) {
        this.request = request;
    }

    @Override
    public List<SseEvent> pass(List<SseEvent> events) {
        List<SseEvent> now = new ArrayList<>(events.size() + kept.size());
        for (SseEvent event : events) {
            String comment = event.comment();
            if (comment.startsWith(Resumption.TOKENS)) {
                say(comment.substring(Resumption.TOKENS.length()));
                release(now);
            } else if (comment.startsWith(Resumption.RESUMED)) {
                astray |= !expectsResumed || !comment.equals(Resumption.RESUMED + " " + count);
                expectsResumed = false;
            } else {
                astray |= expectsResumed && !event.empty();
                keep(event);
                if (event.done() || keptBytes > MOST_KEPT_BYTES) {
                    over = true;
                }
                if (over) {
                    release(now);
                }
            }
        }
        return astray ? List.of() : now;
    }

    private void keep(SseEvent event) {
        if (opening == null && !event.empty()) {
            opening = event.data();
        }
        kept.add(event);
        keptBytes += event.raw().length();
    }

    private void release(List<SseEvent> to) {
        to.addAll(kept);
        kept.clear();
        keptBytes = 0;
    }

    /// @param ids each behind a space
    private void say(String ids) {
        for (String id : ids.strip().split(" +", -1)) {
            if (count == MOST_TOKENS || !id.matches("[0-9]{1,9}")) {
                over = true;
                return;
            }
            tokens.append(count == 0 ? "" : ",").append(id);
            count++;
        }
    }

    @Override
    public List<SseEvent> kept() {
        return astray ? List.of() : List.copyOf(kept);
    }

    /// The request's own bytes, with one field more.
    @Override
    public Optional<Buffer> onward() {
        String first = opening;
        int end = request.length() - 1;
        while (end > 0 && request.getByte(end) != '}') {
            end--;
        }
        if (over || first == null || end <= 0) {
            return Optional.empty();
        }
        try {
            JsonNode answer = JSON.readTree(first);
            if (!answer.path("id").isTextual() || !answer.path("created").isIntegralNumber()) {
                return Optional.empty();
            }
            String resume = ",\"" + Resumption.FIELD + "\":{\"id\":" + answer.path("id") + ",\"created\":"
                    + answer.path("created") + ",\"tokens\":[" + tokens + "]}}";
            return Optional.of(Buffer.buffer(request.length() + resume.length())
                    .appendBuffer(request, 0, end)
                    .appendString(resume));
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    @Override
    public void goesOn() {
        kept.clear();
        keptBytes = 0;
        expectsResumed = true;
        astray = false;
    }

    @Override
    public boolean astray() {
        return astray;
    }
}
