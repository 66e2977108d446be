package io.autoglm.inference.template;

/// The template called `raise_exception`.
final class TemplateRefusal extends TemplateFailure {

    private static final long serialVersionUID = 1;

    TemplateRefusal(String message) {
        super(message);
    }

    @Override
    TemplateFailure at(int where) {
        return this;
    }
}
