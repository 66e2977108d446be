package io.autoglm.nano.corpus;

import io.autoglm.nano.corpus.skill.Echo;
import io.autoglm.nano.corpus.skill.Exchanges;
import io.autoglm.nano.corpus.skill.JsonAnswers;
import io.autoglm.nano.corpus.skill.Memory;
import io.autoglm.nano.corpus.skill.Phone;
import io.autoglm.nano.corpus.skill.Sums;
import io.autoglm.nano.corpus.skill.Talk;
import io.autoglm.nano.corpus.skill.ToolUse;

/// All skills, wired: what fills the pauses of a memory dialogue, what is asked when no tool fits.
final class Skills {
    private final Exchanges talk = new Talk("conversation", "talk");
    private final Exchanges suite = new Talk("this suite", "suite");
    private final Exchanges sums = new Sums();
    private final Exchanges phone = new Phone();
    private final Exchanges echo = new Echo();
    private final Exchanges anything = draw -> {
        int kind = draw.below(100);
        return (kind < 24 ? talk : kind < 58 ? suite : kind < 87 ? sums : kind < 96 ? phone : echo).draw(draw);
    };
    private final Exchanges known = draw -> (draw.chance(0.4) ? talk : suite).draw(draw);
    private final Memory memory = new Memory(anything);
    private final ToolUse tools = new ToolUse(known);
    private final JsonAnswers json = new JsonAnswers(known);

    Exchanges talk() {
        return talk;
    }

    Exchanges suite() {
        return suite;
    }

    Exchanges sums() {
        return sums;
    }

    Exchanges phone() {
        return phone;
    }

    Exchanges echo() {
        return echo;
    }

    Exchanges anything() {
        return anything;
    }

    Memory memory() {
        return memory;
    }

    ToolUse tools() {
        return tools;
    }

    JsonAnswers json() {
        return json;
    }
}
