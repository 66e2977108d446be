package io.autoglm.context.store;

import io.autoglm.redis.LuaScript;

/// The scripts that read and change conversations; each says in its first lines what it wants and answers.
final class Scripts {
    static final LuaScript CREATE = LuaScript.of("create");
    static final LuaScript APPEND = LuaScript.of("append");
    static final LuaScript DESCRIBE = LuaScript.of("describe");
    static final LuaScript WINDOW = LuaScript.of("window");
    static final LuaScript TURNS = LuaScript.of("turns");
    static final LuaScript NOTE = LuaScript.of("note");
    static final LuaScript PAGE = LuaScript.of("page");
    static final LuaScript FORGET = LuaScript.of("forget");

    private Scripts() {}
}
