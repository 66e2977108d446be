package io.autoglm.scheduler.registry;

/// An instance came from one phase into another, of another kind.
public record Change(String id, Phase from, Phase to) {}
