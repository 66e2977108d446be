/// Who answers: registry, health, placement, lifecycle.
@NullMarked
package io.autoglm.scheduler;

import org.jspecify.annotations.NullMarked;
