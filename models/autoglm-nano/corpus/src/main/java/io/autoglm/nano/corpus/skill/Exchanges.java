package io.autoglm.nano.corpus.skill;

import io.autoglm.nano.corpus.phrase.Draw;

/// A skill whose questions stand alone.
@FunctionalInterface
public interface Exchanges {
    Exchange draw(Draw draw);
}
