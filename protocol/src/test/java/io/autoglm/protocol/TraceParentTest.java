package io.autoglm.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
    private static final String ID = "0af7651916cd43dd8448eb211c80319c";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-" + ID + "-b7ad6b7169203331-01",
                "00-" + ID + "-b7ad6b7169203331-ff",
                "01-" + ID + "-b7ad6b7169203331-01",
                "cc-" + ID + "-b7ad6b7169203331-01-what-the-future-will-be-like",
            })
    void the_trace_id_is_read_of_this_version_and_by_prefix_of_later_ones(String header) {
        assertThat(TraceParent.traceId(header)).contains(ID);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "ff-" + ID + "-b7ad6b7169203331-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "cc-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-" + ID + "-0000000000000000-01",
                "00-" + ID + "-b7ad6b7169203331-01-more",
                "00-" + ID + "-b7ad6b7169203331-01 ",
                "cc-" + ID + "-b7ad6b7169203331-01.more",
                "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                "0-" + ID + "-b7ad6b7169203331-01",
            })
    void what_the_recommendation_calls_invalid_is_none(String header) {
        assertThat(TraceParent.traceId(header)).isEmpty();
    }

    @Test
    void no_header_is_none() {
        assertThat(TraceParent.traceId(null)).isEmpty();
    }
}
