package io.autoglm.inference.export;

import io.autoglm.inference.graph.Attribute;
import io.autoglm.inference.graph.OnnxMessages;
import io.autoglm.inference.graph.Operator;
import io.autoglm.inference.graph.Proto;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/// A node of a graph, of an export or one that was put in.
///
/// @param inputs     names of values; an empty one stands for an input that the operator does without
/// @param attributes each with its name in field 1
/// @param rest       all that the node has beside these, as it was encoded
record Node(
        String operator,
        List<String> inputs,
        List<String> outputs,
        List<WireMessage> attributes,
        List<MemorySegment> rest) {

    private static final int INPUT = 1;
    private static final int OUTPUT = 2;
    private static final int NAME = 3;
    private static final int OPERATOR = 4;
    private static final int ATTRIBUTE = 5;
    private static final int DOMAIN = 7;

    Node {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        attributes = List.copyOf(attributes);
        rest = List.copyOf(rest);
    }

    static Node read(WireMessage message) {
        return new Node(
                message.text(OPERATOR),
                message.texts(INPUT),
                message.texts(OUTPUT),
                message.messages(ATTRIBUTE),
                message.encodedWithout(INPUT, OUTPUT, ATTRIBUTE));
    }

    static Node of(Operator operator, String output, List<String> inputs, Attribute... attributes) {
        Proto rest =
                new Proto().text(NAME, output).text(OPERATOR, operator.name()).text(DOMAIN, operator.domain());
        return new Node(
                operator.name(),
                inputs,
                List.of(output),
                Arrays.stream(attributes)
                        .map(attribute ->
                                WireMessage.of(OnnxMessages.attribute(attribute).toByteArray()))
                        .toList(),
                List.of(MemorySegment.ofArray(rest.toByteArray())));
    }

    Proto write() {
        Proto node = new Proto();
        inputs.forEach(input -> node.text(INPUT, input));
        outputs.forEach(output -> node.text(OUTPUT, output));
        attributes.forEach(attribute -> {
            Proto copy = new Proto();
            attribute.encodedWithout().forEach(copy::encoded);
            node.message(ATTRIBUTE, copy);
        });
        rest.forEach(node::encoded);
        return node;
    }

    /// @return empty where there is no such input
    String input(int index) {
        return index < inputs.size() ? inputs.get(index) : "";
    }

    String output(int index) {
        return index < outputs.size() ? outputs.get(index) : "";
    }

    /// @return without fields where there is no such attribute
    WireMessage attribute(String name) {
        return attributes.stream()
                .filter(attribute -> attribute.text(1).equals(name))
                .findFirst()
                .orElseGet(() -> WireMessage.of(new byte[0]));
    }

    long whole(String attribute) {
        return attribute(attribute).integer(3);
    }

    /// Whether it runs nodes of its own, as If and Loop do.
    boolean holdsGraph() {
        return attributes.stream().anyMatch(attribute -> attribute.has(6) || attribute.has(11));
    }

    Node withInput(int index, String value) {
        List<String> changed = new ArrayList<>(inputs);
        while (changed.size() <= index) {
            changed.add("");
        }
        changed.set(index, value);
        return new Node(operator, changed, outputs, attributes, rest);
    }

    Node withOutput(int index, String value) {
        List<String> changed = new ArrayList<>(outputs);
        changed.set(index, value);
        return new Node(operator, inputs, changed, attributes, rest);
    }

    Node withoutAttribute(String name) {
        List<WireMessage> left = attributes.stream()
                .filter(attribute -> !attribute.text(1).equals(name))
                .toList();
        return new Node(operator, inputs, outputs, left, rest);
    }

    Node renamed(UnaryOperator<String> names) {
        return new Node(
                operator,
                inputs.stream().map(names).toList(),
                outputs.stream().map(names).toList(),
                attributes,
                rest);
    }
}
