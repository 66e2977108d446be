package io.autoglm.inference.template;

/// What a template can call: a macro, a global, a method bound to its value.
interface Function {

    Object call(Arguments arguments);
}
