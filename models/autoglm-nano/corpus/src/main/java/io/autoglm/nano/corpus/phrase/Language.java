package io.autoglm.nano.corpus.phrase;

/// The two languages that the model speaks.
public enum Language {
    EN,
    ZH
}
