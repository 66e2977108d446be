/// The admin API below `/admin/v1`: tenants, keys and models, for people and their tools. Who may use what
/// stands in `identity/Access`.
@NullMarked
package io.autoglm.gateway.admin;

import org.jspecify.annotations.NullMarked;
