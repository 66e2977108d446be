/// Who may ask, how much, and the one path from a request to its answer.
///
/// Start reading at `chat/Completion`, which opens with an outline of the path. Control (`identity`,
/// `admission`, `recall`, `placement`) decides; data (`upstream`) moves tokens. Everything below runs on Vert.x
/// event loops unless a type says otherwise: nothing blocks there, and the state of one request is only touched
/// by the event loop that accepted it.
@NullMarked
package io.autoglm.gateway;

import org.jspecify.annotations.NullMarked;
