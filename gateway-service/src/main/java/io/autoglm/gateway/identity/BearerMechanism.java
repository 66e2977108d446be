package io.autoglm.gateway.identity;

import io.autoglm.gateway.errors.Problem;
import io.autoglm.gateway.errors.ProblemWriter;
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
    private static final Pattern JWT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

    private final KeyStore keys;
    private final Issuers issuers;
    private final TokenCallers tokens;
    private final OidcAuthenticationMechanism oidc;
    private final ProblemWriter problems;

    BearerMechanism(
            KeyStore keys,
            Issuers issuers,
            TokenCallers tokens,
            OidcAuthenticationMechanism oidc,
            ProblemWriter problems) {
        this.keys = keys;
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
            Optional<Caller> caller = keys.find(credential);
            return caller.isPresent()
                    ? Uni.createFrom().item(identity(caller.get()))
                    : refuse(rc, "The API key is not valid.");
        }
        if (issuers.none() || !JWT.matcher(credential).matches()) {
            return refuse(rc, "The credential is neither a valid API key nor a token this gateway accepts.");
        }
        Optional<TrustedIssuer> issuer = issuers.choose(rc, credential);
        return issuer.isEmpty()
                ? refuse(rc, "The token's issuer is none of those that this gateway accepts.")
                : token(rc, providers, issuer.get());
    }

    private Uni<SecurityIdentity> token(RoutingContext rc, IdentityProviderManager providers, TrustedIssuer issuer) {
        return oidc.authenticate(rc, providers)
                .onItem()
                .ifNull()
                .failWith(() -> new AuthenticationFailedException("the issuer judged no token"))
                .map(identity -> identity(tokens.caller(identity, issuer)));
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
