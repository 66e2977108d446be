/// What the services say to one another and to their clients: records and names, without behaviour
/// but for the one rule by which all of them read a trace id.
///
/// Three vocabularies live below: `openai` (the public REST shapes, snake_case), `placement` (instances and leases,
/// camelCase) and `conversation` (what is remembered, camelCase). Every record ignores fields it does not know and
/// only ever gains optional ones, so that services of two versions can talk during a rollout. Records are immutable
/// and safe to share between threads; a component that may be absent is `@Nullable` and left out of the JSON.
@NullMarked
package io.autoglm.protocol;

import org.jspecify.annotations.NullMarked;
