package io.autoglm.gateway.placement;

import io.autoglm.protocol.placement.InstanceState;
import io.autoglm.protocol.placement.InstanceView;
import io.autoglm.protocol.placement.Lease.Target;
import io.autoglm.protocol.placement.ServedModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The instances as the scheduler last told them; immutable. Questions that need no lease are answered from it.
public record Instances(List<InstanceView> all) {
    static final Instances NONE = new Instances(List.of());

    public Instances {
        all = List.copyOf(all);
    }

    /// These and those of a scheduler that has just started. It calls an instance starting or gone as long as
    /// that has not reported, so this says nothing against what was known of it before.
    Instances with(Instances heard) {
        Map<String, InstanceView> byId = new LinkedHashMap<>();
        all.forEach(instance -> byId.put(instance.id(), instance));
        for (InstanceView instance : heard.all) {
            if (instance.state() == InstanceState.STARTING || instance.state() == InstanceState.GONE) {
                byId.putIfAbsent(instance.id(), instance);
            } else {
                byId.put(instance.id(), instance);
            }
        }
        return new Instances(List.copyOf(byId.values()));
    }

    /// Where a request for a model may go now, in the scheduler's order.
    List<Target> ready(String model, Set<String> excluded) {
        return all.stream()
                .filter(instance -> instance.state() == InstanceState.READY)
                .filter(instance -> serves(instance, model))
                .filter(instance -> !excluded.contains(instance.id()))
                .map(instance -> new Target(instance.id(), instance.url()))
                .toList();
    }

    public long readyCount() {
        return all.stream()
                .filter(instance -> instance.state() == InstanceState.READY)
                .count();
    }

    /// Models of every instance that is not gone: one whose instances are all ejected still exists.
    public List<ServedModel> models() {
        return known().flatMap(instance -> instance.models().stream()).toList();
    }

    /// The tokens of prompt and answer that every instance of a model has room for.
    public Optional<Integer> maxModelTokens(String model) {
        return models().stream()
                .filter(served -> served.id().equals(model))
                .map(ServedModel::maxModelTokens)
                .min(Integer::compare);
    }

    /// The part of the slots of a model's ready instances that nobody uses or waits for, 0…1; 0 where there are
    /// none.
    public double freeShare(String model) {
        long slots = 0;
        long free = 0;
        for (InstanceView instance : all) {
            if (instance.state() == InstanceState.READY && serves(instance, model)) {
                slots += instance.slots();
                free += Math.max(0, instance.slots() - instance.running() - instance.queued());
            }
        }
        return slots == 0 ? 0 : (double) free / slots;
    }

    boolean knows(String model) {
        return models().stream().anyMatch(served -> served.id().equals(model));
    }

    private Stream<InstanceView> known() {
        return all.stream().filter(instance -> instance.state() != InstanceState.GONE);
    }

    private static boolean serves(InstanceView instance, String model) {
        return instance.models().stream().anyMatch(served -> served.id().equals(model));
    }
}
