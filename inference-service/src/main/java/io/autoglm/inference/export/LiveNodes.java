package io.autoglm.inference.export;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The nodes that the outputs of a graph depend on, each behind those that it reads from.
///
/// @param given values that none of them gives
record LiveNodes(List<Node> nodes, Set<String> given) {

    private record Visit(Node node, boolean readsAreDone) {}

    /// @throws MalformedExportException if a node depends on itself, or runs nodes of its own
    static LiveNodes of(List<Node> nodes, List<String> outputs) {
        Map<String, Node> producers = ExportedGraph.producers(nodes);
        List<Node> live = new ArrayList<>();
        Set<Node> done = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<Node> open = Collections.newSetFromMap(new IdentityHashMap<>());
        Set<String> given = new LinkedHashSet<>();
        Deque<Visit> visits = new ArrayDeque<>();
        for (String output : outputs) {
            push(output, producers, given, visits);
        }
        while (!visits.isEmpty()) {
            Visit visit = visits.pop();
            Node node = visit.node;
            if (visit.readsAreDone) {
                open.remove(node);
                done.add(node);
                live.add(node);
            } else if (open.contains(node)) {
                throw new MalformedExportException("the value " + node.output(0) + " depends on itself");
            } else if (!done.contains(node)) {
                refuseGraphs(node);
                open.add(node);
                visits.push(new Visit(node, true));
                node.inputs().forEach(input -> push(input, producers, given, visits));
            }
        }
        return new LiveNodes(live, given);
    }

    private static void push(String value, Map<String, Node> producers, Set<String> given, Deque<Visit> visits) {
        Node producer = producers.get(value);
        if (producer != null) {
            visits.push(new Visit(producer, false));
        } else if (!value.isEmpty()) {
            given.add(value);
        }
    }

    private static void refuseGraphs(Node node) {
        if (node.holdsGraph()) {
            throw new MalformedExportException(
                    "the node " + node.output(0) + " of kind " + node.operator() + " runs nodes of its own");
        }
    }
}
