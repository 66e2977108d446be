package io.autoglm.nano.trainer;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import io.autoglm.nano.corpus.Corpus;
import io.autoglm.nano.corpus.HeldOut;
import io.autoglm.nano.corpus.chat.ChatText;
import io.autoglm.nano.corpus.tokenizer.BytePairTrainer;
import io.autoglm.nano.corpus.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.LongStream;

/// The whole recipe: tokenizer, training, model files, evaluation. `Train <model directory> <work directory>
/// [what]`, where `what` is `all` (default: goes on from the checkpoint in the work directory if there is one),
/// `tokenizer` (tokenizer, configuration and untrained weights only), `export` (the checkpoint's weights into
/// the model directory) or `evaluate` (the model directory as it is).
public final class Train {
    private static final long CORPUS_SEED = 1;
    private static final int VOCABULARY = 4096;
    private static final long TOKENIZER_DIALOGUES = 60_000;
    private static final int REPORT_EVERY = 20;
    private static final int SAVE_EVERY = 50;

    private final ModelDirectory model;
    private final Path work;
    private final NDManager manager = NDManager.newBaseManager();

    private Train(Path modelDirectory, Path work) {
        this.model = new ModelDirectory(modelDirectory);
        this.work = work;
    }

    public static void main(String[] args) throws IOException {
        var train = new Train(Path.of(args[0]), Path.of(args[1]));
        switch (args.length > 2 ? args[2] : "all") {
            case "tokenizer" -> {
                train.makeTokenizer();
                train.model.writeWeights(train.untrained());
            }
            case "export" -> train.model.writeWeights(train.fromCheckpoint());
            case "evaluate" -> train.evaluate();
            case "all" -> {
                if (!train.model.hasTokenizer() || !Checkpoint.existsIn(train.work)) {
                    train.makeTokenizer();
                }
                train.train(Recipe.nano());
                train.model.writeWeights(train.fromCheckpoint());
                train.evaluate();
            }
            default -> throw new IllegalArgumentException("all, tokenizer, export or evaluate, not " + args[2]);
        }
    }

    private void makeTokenizer() throws IOException {
        var corpus = new Corpus(CORPUS_SEED);
        Tokenizer tokenizer = BytePairTrainer.train(
                LongStream.range(Corpus.FIRST_COURSE, Corpus.FIRST_COURSE + TOKENIZER_DIALOGUES)
                        .mapToObj(corpus::dialogue)
                        .flatMap(dialogue -> ChatText.trainingParts(dialogue).stream())
                        .map(ChatText.Part::text),
                VOCABULARY);
        model.writeTokenizer(tokenizer);
        System.out.println("tokenizer: " + tokenizer.size() + " tokens");
    }

    private Weights untrained() throws IOException {
        Engine.getInstance().setRandomSeed(1);
        return Weights.random(Architecture.nano(model.tokenizer().size()), manager);
    }

    private Weights fromCheckpoint() throws IOException {
        Architecture architecture = Architecture.nano(model.tokenizer().size());
        return Weights.of(architecture, Checkpoint.read(work).values(), manager);
    }

    private void train(Recipe recipe) throws IOException {
        Tokenizer tokenizer = model.tokenizer();
        boolean resumed = Checkpoint.existsIn(work);
        Weights weights = resumed ? fromCheckpoint() : untrained();
        var optimizer = new Optimizer(weights, manager);
        long step = 0;
        long pool = 0;
        if (resumed) {
            Checkpoint checkpoint = Checkpoint.read(work);
            optimizer.restore(checkpoint.values());
            step = checkpoint.step();
            pool = checkpoint.pool();
        }
        var batches =
                new Batches(new Corpus(CORPUS_SEED), tokenizer, recipe.tokensPerStep(), recipe.restWeight(), pool);
        System.out.printf(
                Locale.ROOT,
                "%s: %,d parameters, from step %d of %d%n",
                manager.getDevice(),
                weights.count(),
                step,
                recipe.steps());
        var network = new Network(weights, manager);
        var progress = new Progress(recipe.steps() - step);
        for (; step < recipe.steps(); step++) {
            Batch batch = batches.next();
            double rate = recipe.rateAt(step);
            progress.step(batch, step(network, optimizer, batch, rate, step));
            if ((step + 1) % REPORT_EVERY == 0) {
                System.out.println(progress.line(step + 1, rate));
            }
            if ((step + 1) % SAVE_EVERY == 0 || step + 1 == recipe.steps()) {
                Checkpoint.write(work, weights, optimizer, step + 1, batches.nextPool());
            }
        }
    }

    /// One step of training; returns the mean loss over the batch's weighted tokens.
    private double step(Network network, Optimizer optimizer, Batch batch, double rate, long number) {
        try (var scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            double value;
            try (GradientCollector gradients = Engine.getInstance().newGradientCollector()) {
                NDArray loss = loss(network, batch);
                value = loss.getFloat();
                gradients.backward(loss);
            }
            optimizer.step(rate, number);
            return value;
        }
    }

    private NDArray loss(Network network, Batch batch) {
        long count = batch.labels().length;
        NDArray logits = network.logits(batch.ids(), batch.rows(), batch.length(), batch.positions());
        NDArray chosen =
                logits.logSoftmax(-1).gather(Network.own(manager.create(batch.labels(), new Shape(count, 1))), 1);
        float total = 0;
        for (float weight : batch.weights()) {
            total += weight;
        }
        NDArray weight = Network.own(manager.create(batch.weights(), new Shape(count, 1)));
        return chosen.mul(weight).sum().mul(-1 / total);
    }

    private void evaluate() throws IOException {
        Tokenizer tokenizer = model.tokenizer();
        Weights weights = Weights.of(Architecture.nano(tokenizer.size()), model.weights(), manager);
        var ends = Set.of(
                tokenizer.special("<|endoftext|>"),
                tokenizer.special("<|user|>"),
                tokenizer.special("<|observation|>"));
        long started = System.nanoTime();
        var evaluation = new Evaluation(new Greedy(new Network(weights, manager), ends), tokenizer);
        var report = evaluation.run(HeldOut.cases(HeldOut.SEED, HeldOut.COUNT));
        Files.createDirectories(work);
        Files.writeString(work.resolve("mistakes.txt"), String.join("\n\n", report.mistakes()));
        Files.writeString(work.resolve("evaluation.md"), report.table());
        System.out.print(report.table());
        System.out.println(
                "evaluated in " + Duration.ofNanos(System.nanoTime() - started).toSeconds() + " s");
    }
}
