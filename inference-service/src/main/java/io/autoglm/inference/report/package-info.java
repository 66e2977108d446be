/// What the instance tells the scheduler: that it lives, in which state it is, and how busy.
@NullMarked
package io.autoglm.inference.report;

import org.jspecify.annotations.NullMarked;
