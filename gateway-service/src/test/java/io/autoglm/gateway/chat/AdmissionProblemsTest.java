package io.autoglm.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.policy.Limits;
import io.autoglm.gateway.quota.Limit;
import io.autoglm.gateway.quota.Scope;
import io.autoglm.gateway.quota.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AdmissionProblemsTest {

    @Test
    void a_limit_is_told_with_its_number_and_whose_it_is() {
        Scope tenant = new Scope("tenant", "tenant", new Limits(null, null, 5_000, null, null));

        Verdict.Refused refused = new Verdict.Refused(Limit.INPUT_TOKENS_PER_MINUTE, tenant, 1_001, List.of());

        Problem problem = AdmissionProblems.of(refused);
        assertThat(problem.status()).isEqualTo(429);
        assertThat(problem.retryAfterSeconds()).isEqualTo(2);
        assertThat(problem.body().error().message())
                .isEqualTo("The tenant's limit of 5000 prompt tokens per minute is reached.");
        assertThat(AdmissionProblems.headers(refused)).containsOnlyKeys("retry-after-ms");
    }

    @ParameterizedTest
    @EnumSource(names = {"TOKENS_PER_DAY", "MONEY_PER_DAY", "TOKENS_PER_MONTH", "MONEY_PER_MONTH"})
    void a_spent_budget_is_openais_insufficient_quota_and_not_to_be_tried_again(Limit budget) {
        Verdict.Refused refused = new Verdict.Refused(budget, null, 3_600_000, List.of());

        Problem problem = AdmissionProblems.of(refused);

        assertThat(problem.status()).isEqualTo(429);
        assertThat(problem.body().error().type()).isEqualTo("insufficient_quota");
        assertThat(problem.body().error().code()).isEqualTo("insufficient_quota");
        assertThat(AdmissionProblems.headers(refused)).containsEntry("x-should-retry", "false");
    }
}
