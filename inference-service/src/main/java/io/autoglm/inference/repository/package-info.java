/// The models of this instance: how they come, take over from each other, and go, within a budget of memory
/// and without a dropped request.
///
/// [ModelRepository] knows what is there and who uses it, and never waits; [ModelLoader] does what takes
/// time.
@NullMarked
package io.autoglm.inference.repository;

import org.jspecify.annotations.NullMarked;
