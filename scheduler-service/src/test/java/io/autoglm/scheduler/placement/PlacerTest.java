package io.autoglm.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoglm.protocol.placement.Lease.Target;
import io.autoglm.protocol.placement.LeaseRequest;
import io.autoglm.protocol.placement.ModelLoad;
import io.autoglm.protocol.placement.ServedModel;
import io.autoglm.scheduler.placement.Placement.NoCapacity;
import io.autoglm.scheduler.placement.Placement.Placed;
import io.autoglm.scheduler.placement.Placement.Settling;
import io.autoglm.scheduler.placement.Placement.UnknownModel;
import io.autoglm.scheduler.registry.Phase;
import io.autoglm.scheduler.registry.Standing;
import io.autoglm.service.Configs;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlacerTest {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");
    private static final Phase READY = new Phase.Ready(NOW);
    private static final Phase SUSPECT = new Phase.Suspect(NOW, "silent");
    private static final Phase EJECTED = new Phase.Ejected(NOW, "sick", NOW);
    private static final Phase STARTING = new Phase.Starting(NOW, null);
    private static final Phase GONE = new Phase.Gone(NOW, "killed");
    private static final Phase DRAINING = new Phase.Draining(NOW, null);

    private final Placer placer = new Placer(Configs.of(PlacementConfig.class, Map.of()));

    @Test
    void the_least_loaded_instance_is_picked_and_the_others_follow_in_order() {
        Placed placed = placed(
                leased(6, instance("full", READY, 8, 0, 0)),
                leased(1, instance("idle", READY, 8, 0, 0)),
                leased(4, instance("half", READY, 8, 0, 0)));

        assertThat(placed.target().id()).isEqualTo("idle");
        assertThat(placed.alternatives()).extracting(Target::id).containsExactly("half", "full");
    }

    @Test
    void load_is_relative_to_slots() {
        Placed placed =
                placed(leased(1, instance("small", READY, 2, 0, 0)), leased(8, instance("large", READY, 32, 0, 0)));

        assertThat(placed.target().id()).isEqualTo("large");
    }

    @Test
    void requests_that_came_without_a_lease_count_too() {
        Placed placed =
                placed(instance("reports-six", READY, 8, 6, 0), leased(2, instance("leased-two", READY, 8, 0, 0)));

        assertThat(placed.target().id()).isEqualTo("leased-two");
    }

    @Test
    void waiting_requests_weigh_more_than_running_ones() {
        Placed placed = placed(instance("queue", READY, 4, 2, 2), instance("running", READY, 4, 4, 0));

        assertThat(placed.target().id()).isEqualTo("running");
    }

    @Test
    void of_an_instance_that_tells_its_models_apart_only_the_load_of_the_one_that_is_asked_for_counts() {
        Candidate busyElsewhere =
                withModels("busy-elsewhere", new ModelLoad(4, 0, 0, 0, 0), new ModelLoad(4, 4, 9, 1, 7));
        Candidate halfBusy = withModels("half-busy", new ModelLoad(4, 2, 0, 0, 0), new ModelLoad(4, 0, 0, 0, 0));

        assertThat(placed(busyElsewhere, halfBusy).target().id()).isEqualTo("busy-elsewhere");
        assertThat(((Placed) place(request("other", null), busyElsewhere, halfBusy))
                        .target()
                        .id())
                .isEqualTo("half-busy");
    }

    @Test
    void a_model_that_is_full_leaves_room_for_another_one_on_the_same_instance() {
        Candidate one = withModels("one", new ModelLoad(1, 1, 31, 1, 0), new ModelLoad(1, 0, 0, 0, 0));

        assertThat(place(request("m", null), one)).isInstanceOf(NoCapacity.class);
        assertThat(place(request("other", null), one)).isInstanceOf(Placed.class);
    }

    @Test
    void a_model_that_fails_gets_nothing_while_another_one_on_the_same_instance_does() {
        ModelLoad sound = new ModelLoad(4, 0, 0, 0, 0);
        Candidate broken = withModels("broken", new ModelLoad(4, 0, 0, 0, 0, "3 steps in a row failed"), sound);
        Candidate busy = withModels("busy", new ModelLoad(4, 3, 0, 0, 0), new ModelLoad(4, 3, 0, 0, 0));

        assertThat(placed(broken, busy).target().id()).isEqualTo("busy");
        assertThat(placed(broken, busy).alternatives()).isEmpty();
        assertThat(((Placed) place(request("other", null), broken, busy))
                        .target()
                        .id())
                .isEqualTo("broken");
        assertThat(place(request("m", null), broken)).isEqualTo(new NoCapacity("no instance of 'm' is ready", 3));
    }

    @Test
    void a_suspect_is_taken_only_when_no_ready_one_can() {
        assertThat(placed(instance("suspect", SUSPECT, 8, 0, 0), instance("ready", READY, 8, 7, 0))
                        .target()
                        .id())
                .isEqualTo("ready");
        assertThat(placed(instance("suspect", SUSPECT, 8, 0, 0)).target().id()).isEqualTo("suspect");
    }

    @Test
    void whoever_is_not_in_service_is_never_picked() {
        for (Phase phase : List.of(EJECTED, STARTING, GONE, DRAINING, new Phase.Warming(NOW, null))) {
            assertThat(place(request("m", null), instance("a", phase, 8, 0, 0)))
                    .isEqualTo(new NoCapacity("no instance of 'm' is ready", 3));
        }
    }

    @Test
    void an_instance_that_failed_this_request_is_not_asked_again() {
        LeaseRequest again = new LeaseRequest("m", 0, List.of(), null, "t", "default", List.of("a"));

        assertThat(place(again, instance("a", READY, 8, 0, 0), instance("b", READY, 8, 5, 0)))
                .isInstanceOfSatisfying(Placed.class, placed -> {
                    assertThat(placed.target().id()).isEqualTo("b");
                    assertThat(placed.alternatives()).isEmpty();
                });
        assertThat(place(again, instance("a", READY, 8, 0, 0))).isInstanceOf(NoCapacity.class);
    }

    @Test
    void nothing_is_put_where_the_line_is_too_long() {
        assertThat(place(request("m", null), instance("a", READY, 1, 1, 31)))
                .isEqualTo(new NoCapacity("every instance of 'm' is full", 1));
        assertThat(place(request("m", null), instance("a", READY, 1, 1, 30))).isInstanceOf(Placed.class);
    }

    @Test
    void a_model_that_nobody_serves_is_unknown() {
        assertThat(place(request("other", null), instance("a", READY, 8, 0, 0))).isEqualTo(new UnknownModel("other"));
    }

    @Test
    void a_model_is_not_called_unknown_while_somebody_is_on_its_way_who_may_serve_it() {
        Standing loading = new Standing("b", "http://b", 1, STARTING, List.of(), "", 0, 0, 0, 0, true);

        assertThat(place(request("other", null), instance("a", READY, 8, 0, 0), new Candidate(loading, 0)))
                .isEqualTo(new NoCapacity("instances are still starting", 3));
        assertThat(placer.place(request("other", null), List.of(), false, 0))
                .isEqualTo(new NoCapacity("no instance is running", 3));
    }

    @Test
    void while_the_scheduler_settles_nobody_is_called_unknown_or_not_ready() {
        Candidate other = instance("a", READY, 8, 0, 0);

        assertThat(placer.place(request("m", null), List.of(), true, 0)).isEqualTo(new Settling(1));
        assertThat(placer.place(request("other", null), List.of(other), true, 0))
                .isEqualTo(new Settling(1));
        assertThat(placer.place(request("m", null), List.of(instance("b", DRAINING, 8, 0, 0)), true, 0))
                .isEqualTo(new Settling(1));
        assertThat(placer.place(request("m", null), List.of(other), true, 0)).isInstanceOf(Placed.class);
    }

    @Test
    void among_equals_a_conversation_stays_where_it_was_and_moves_only_when_its_home_goes() {
        List<Candidate> five = IntStream.range(0, 5)
                .mapToObj(i -> instance("i" + i, READY, 8, 0, 0))
                .toList();

        for (int session = 0; session < 200; session++) {
            LeaseRequest request = request("m", "session-" + session);
            Placed first = (Placed) placer.place(request, five, false, session);
            Placed again = (Placed) placer.place(request, five, false, session + 1000);
            assertThat(again.target()).isEqualTo(first.target());

            List<Candidate> four = five.stream()
                    .filter(one ->
                            !one.id().equals(first.alternatives().getFirst().id()))
                    .toList();
            assertThat(((Placed) placer.place(request, four, false, 7)).target())
                    .isEqualTo(first.target());
        }
    }

    @Test
    void requests_without_a_conversation_spread_over_equals() {
        List<Candidate> four = IntStream.range(0, 4)
                .mapToObj(i -> instance("i" + i, READY, 8, 0, 0))
                .toList();
        int[] hits = new int[4];

        for (long seed = 0; seed < 4000; seed++) {
            Placed placed = (Placed) placer.place(request("m", null), four, false, seed);
            hits[placed.target().id().charAt(1) - '0']++;
        }

        for (int hit : hits) {
            assertThat(hit).isBetween(850, 1150);
        }
    }

    @Test
    void whatever_is_known_a_pick_is_in_service_serves_the_model_has_room_and_none_is_better() {
        Random random = new Random(20261121);
        List<Phase> phases = List.of(READY, READY, SUSPECT, EJECTED, STARTING, GONE, DRAINING);
        for (int round = 0; round < 5000; round++) {
            List<Candidate> known = new ArrayList<>();
            int count = random.nextInt(8);
            for (int i = 0; i < count; i++) {
                Phase phase = phases.get(random.nextInt(phases.size()));
                known.add(leased(
                        random.nextInt(60),
                        instance("i" + i, phase, random.nextInt(9), random.nextInt(9), random.nextInt(30))));
            }
            if (placer.place(request("m", null), known, false, round) instanceof Placed placed) {
                Map<String, Candidate> byId = new java.util.HashMap<>();
                known.forEach(one -> byId.put(one.id(), one));
                Candidate picked =
                        Objects.requireNonNull(byId.get(placed.target().id()));
                assertThat(picked.standing().phase()).isInstanceOf(Phase.Serving.class);
                assertThat(Load.requests(picked, request("m", null)))
                        .isLessThan(Load.slots(picked, request("m", null)) * 32);
                Set<String> named = new HashSet<>(List.of(picked.id()));
                double before = new Load().score(picked, request("m", null));
                boolean ready = picked.standing().phase() instanceof Phase.Ready;
                for (Target alternative : placed.alternatives()) {
                    assertThat(named.add(alternative.id())).isTrue();
                    Candidate next = Objects.requireNonNull(byId.get(alternative.id()));
                    boolean nextReady = next.standing().phase() instanceof Phase.Ready;
                    double score = new Load().score(next, request("m", null));
                    assertThat(ready || !nextReady).isTrue();
                    assertThat(ready != nextReady || score >= before).isTrue();
                    before = score;
                    ready = nextReady;
                }
            } else {
                assertThat(known)
                        .noneMatch(one -> one.standing().phase() instanceof Phase.Serving
                                && Load.requests(one, request("m", null)) < Load.slots(one, request("m", null)) * 32);
            }
        }
    }

    private Placed placed(Candidate... known) {
        return (Placed) place(request("m", null), known);
    }

    private Placement place(LeaseRequest request, Candidate... known) {
        return placer.place(request, List.of(known), false, 1);
    }

    private static LeaseRequest request(String model, @Nullable String session) {
        return new LeaseRequest(model, 0, List.of(), session, "tenant", "default", List.of());
    }

    private static Candidate instance(String id, Phase phase, int slots, int running, int queued) {
        List<ServedModel> models = List.of(new ServedModel("m", "v1", 2048));
        Standing standing = new Standing(id, "http://" + id, 1, phase, models, "cpu", slots, running, queued, 0, true);
        return new Candidate(standing, 0);
    }

    private static Candidate withModels(String id, ModelLoad load, ModelLoad other) {
        List<ServedModel> models =
                List.of(new ServedModel("m", "v1", 2048, load), new ServedModel("other", "v1", 2048, other));
        int running = load.running() + other.running();
        int queued = load.queued() + other.queued();
        return new Candidate(
                new Standing(
                        id,
                        "http://" + id,
                        1,
                        READY,
                        models,
                        "cpu",
                        load.slots() + other.slots(),
                        running,
                        queued,
                        0,
                        true),
                0);
    }

    private static Candidate leased(int leases, Candidate candidate) {
        return new Candidate(candidate.standing(), leases);
    }
}
