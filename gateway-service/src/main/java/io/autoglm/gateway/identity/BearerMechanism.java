package io.autoglm.gateway.identity;

import io.autoglm.gateway.directory.KeyAnswer;
import io.autoglm.gateway.directory.Keys;
import io.autoglm.gateway.directory.Standing;
import io.autoglm.gateway.directory.Tenants;
import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.ProblemWriter;
import io.autoglm.gateway.errors.RefusedException;
import io.quarkus.oidc.runtime.OidcAuthenticationMechanism;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.identity.request.TokenAuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads `Authorization: Bearer …` and decides by its shape who judges it: `sk-…` is an API key, three dotted
/// parts are a JWT for the OIDC issuer that it names, anything else is refused. It is the only mechanism, so
/// nothing else can let a request in.
@Alternative
@Priority(1)
@Singleton
public class BearerMechanism implements HttpAuthenticationMechanism {
    private static final String REFUSAL = "autoglm.refusal";
    private static final String KEY_PREFIX = "sk-";
    private static final long RETRY_SECONDS = 1;
    private static final Pattern JWT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    private final KeyStore file;
    private final Keys keys;
    private final Tenants tenants;
    private final Issuers issuers;
    private final TokenCallers tokens;
    private final OidcAuthenticationMechanism oidc;
    private final ProblemWriter problems;

    BearerMechanism(
            KeyStore file,
            Keys keys,
            Tenants tenants,
            Issuers issuers,
            TokenCallers tokens,
            OidcAuthenticationMechanism oidc,
            ProblemWriter problems) {
        this.file = file;
        this.keys = keys;
        this.tenants = tenants;
        this.issuers = issuers;
        this.tokens = tokens;
        this.oidc = oidc;
        this.problems = problems;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext rc, IdentityProviderManager providers) {
        @Nullable String header = rc.request().getHeader("Authorization");
        if (header == null) {
            return Uni.createFrom().nullItem();
        }
        if (!header.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return refuse(rc, "Authorization must be 'Bearer <API key or token>'.");
        }
        String credential = header.substring(7).strip();
        if (credential.startsWith(KEY_PREFIX)) {
            return hereAgain(key(rc, credential));
        }
        if (issuers.none() || !JWT.matcher(credential).matches()) {
            return refuse(rc, "The credential is neither a valid API key nor a token this gateway accepts.");
        }
        Optional<TrustedIssuer> issuer = issuers.choose(rc, credential);
        return issuer.isEmpty()
                ? refuse(rc, "The token's issuer is none of those that this gateway accepts.")
                : hereAgain(token(rc, providers, issuer.get()));
    }

    private Uni<SecurityIdentity> key(RoutingContext rc, String credential) {
        Optional<Caller> filed = file.find(credential);
        if (filed.isPresent()) {
            return admit(filed.get(), null);
        }
        return keys.find(credential).flatMap(answer -> switch (answer) {
            case KeyAnswer.Good good -> admit(Caller.of(good.key()), null);
            case KeyAnswer.Bad bad -> refuse(rc, bad.why());
            case KeyAnswer.Away away -> unavailable("API keys cannot be looked up now.");
        });
    }

    private Uni<SecurityIdentity> token(RoutingContext rc, IdentityProviderManager providers, TrustedIssuer issuer) {
        return oidc.authenticate(rc, providers)
                .onItem()
                .ifNull()
                .failWith(() -> new AuthenticationFailedException("the issuer judged no token"))
                .flatMap(identity -> admit(tokens.caller(identity, issuer), issuer.name()));
    }

    /// @param issuer of the caller's token; null for an API key
    private Uni<SecurityIdentity> admit(Caller caller, @Nullable String issuer) {
        return tenants.standing(caller.tenant(), issuer).flatMap(standing -> switch (standing) {
            case Standing.Active active -> Uni.createFrom().item(identity(caller.under(active.policy())));
            case Standing.Suspended suspended -> forbid("This tenant is suspended.", "tenant_suspended");
            case Standing.Unknown unknown -> forbid("This tenant is not known here.", "tenant_unknown");
            case Standing.NotHeard other ->
                forbid("The token's issuer does not speak for the tenant '" + caller.tenant() + "'.", "wrong_tenant");
            case Standing.Away away -> unavailable("Tenants cannot be looked up now.");
        });
    }

    private static Uni<SecurityIdentity> forbid(String message, String code) {
        return Uni.createFrom().failure(new RefusedException(Problem.forbidden(message, null, code)));
    }

    private static Uni<SecurityIdentity> unavailable(String message) {
        return Uni.createFrom()
                .failure(new RefusedException(Problem.unavailable(message, "directory_unavailable", RETRY_SECONDS)));
    }

    /// What was waited for comes on whichever thread Redis' answer came on, and a request belongs to its own.
    private static Uni<SecurityIdentity> hereAgain(Uni<SecurityIdentity> identity) {
        Context context = Vertx.currentContext();
        return context == null
                ? identity
                : identity.emitOn(step -> {
                    if (context.equals(Vertx.currentContext())) {
                        step.run();
                    } else {
                        context.runOnContext(again -> step.run());
                    }
                });
    }

    private static SecurityIdentity identity(Caller caller) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(caller.subject()))
                .addRoles(caller.roles())
                .addAttribute(Caller.ATTRIBUTE, caller)
                .build();
    }

    private static Uni<SecurityIdentity> refuse(RoutingContext rc, String message) {
        rc.put(REFUSAL, message);
        return Uni.createFrom().failure(new AuthenticationFailedException(message));
    }

    /// Ends the request itself, because Quarkus's own challenge has no body.
    @Override
    public Uni<Boolean> sendChallenge(RoutingContext rc) {
        String message = rc.get(REFUSAL);
        if (message == null) {
            message = rc.request().getHeader("Authorization") == null
                    ? "No API key or bearer token was given: send 'Authorization: Bearer <key>'."
                    : "The bearer token is not valid.";
        }
        problems.write(rc.response(), Problem.unauthenticated(message));
        return Uni.createFrom().item(true);
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext rc) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of(TokenAuthenticationRequest.class);
    }
}
