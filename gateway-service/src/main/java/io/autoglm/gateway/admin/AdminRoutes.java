package io.autoglm.gateway.admin;

import io.vertx.ext.web.Router;
import jakarta.inject.Singleton;

/// The routes of the admin API.
@Singleton
public final class AdminRoutes {
    private static final String TENANTS = "/admin/v1/tenants";
    private static final String TENANT = TENANTS + "/:tenant";
    private static final String KEY = TENANT + "/keys/:key";

    private final TenantAdmin tenants;
    private final KeyAdmin keys;
    private final ModelAdmin models;

    AdminRoutes(TenantAdmin tenants, KeyAdmin keys, ModelAdmin models) {
        this.tenants = tenants;
        this.keys = keys;
        this.models = models;
    }

    public void routes(Router router) {
        router.get("/admin/v1/models").handler(models::list);
        router.get(TENANTS).handler(tenants::list);
        router.get(TENANT).handler(tenants::get);
        router.put(TENANT).handler(tenants::put);
        router.delete(TENANT).handler(tenants::delete);
        router.get(TENANT + "/models").handler(models::ofTenant);
        router.put(TENANT + "/models").handler(tenants::putModels);
        router.get(TENANT + "/keys").handler(keys::list);
        router.post(TENANT + "/keys").handler(keys::create);
        router.get(KEY).handler(keys::get);
        router.patch(KEY).handler(keys::patch);
        router.post(KEY + "/rotate").handler(keys::rotate);
        router.post(KEY + "/revoke").handler(keys::revoke);
    }
}
