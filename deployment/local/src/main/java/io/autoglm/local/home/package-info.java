/// What a suite on this machine keeps between commands: its folder, its secrets, and the snapshot of its parts.
///
/// Every file is written by one process at a time (the supervisor holds the lock while it lives) and replaced whole, so
/// that a reader sees either the old one or the new one.
@NullMarked
package io.autoglm.local.home;

import org.jspecify.annotations.NullMarked;
