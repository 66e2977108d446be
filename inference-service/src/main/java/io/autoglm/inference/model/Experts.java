package io.autoglm.inference.model;

/// A feed-forward of many small ones, of which a router picks a few for each token; one more, of the shared
/// experts, is passed by all (GLM-4.5).
///
/// With the sigmoids `s` of the router's scores, the chosen are those `perToken` with the largest `s +
/// correction`, and they are added up with their own `s` for weights.
///
/// @param firstLayer       of the mixture; those before have a plain feed-forward
/// @param intermediateSize of one expert
/// @param shared           shared experts, as one feed-forward that is as many times as wide
/// @param normalize        the weights of a token are divided by their sum
/// @param scaling          what they are multiplied by then
public record Experts(
        int count, int perToken, int firstLayer, int intermediateSize, int shared, boolean normalize, double scaling) {}
