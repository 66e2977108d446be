package io.autoglm.inference.template;

/// An object with attributes of its own: `loop` and `namespace()`.
interface Attributes {

    /// @return [Undefined] for one that it does not have
    Object attribute(String name);
}
