/// What one gateway counts by itself, in the same way as the scripts `gw_admit.lua` and `gw_settle.lua` count for
/// all of them: decisions to the same requests at the same times are the same, number for number.
@NullMarked
package io.autoglm.gateway.counting;

import org.jspecify.annotations.NullMarked;
