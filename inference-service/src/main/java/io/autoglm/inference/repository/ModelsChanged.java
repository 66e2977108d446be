package io.autoglm.inference.repository;

/// Fired when a model appears, is replaced or goes, or its load gets on.
public record ModelsChanged() {}
