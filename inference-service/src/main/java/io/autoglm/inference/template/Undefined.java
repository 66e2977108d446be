package io.autoglm.inference.template;

/// A name or key that is not there: prints as nothing, is false and empty, and fails when anything is asked of it.
///
/// @param what says which, for the failure
record Undefined(String what) {

    TemplateFailure failure() {
        return new TemplateFailure(what + " is undefined");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Undefined;
    }

    @Override
    public int hashCode() {
        return 0;
    }
}
