package io.autoglm.inference.text;

/// Where the readers of calls put what they have read: for each call its name, pieces of its arguments that
/// together are a JSON object, and its end.
interface CallSink {

    /// A call begins: from here on it is one.
    void open(String name);

    void arguments(String piece);

    void close();

    /// What was read since the end of a call belongs to it too.
    void passed();
}
