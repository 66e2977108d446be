package io.autoglm.gateway.errors;

/// Carries a {@link Problem} through Quarkus' security, where a refusal can only be a failure.
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    public RefusedException(Problem problem) {
        super(problem.body().error().message(), null, false, false);
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
