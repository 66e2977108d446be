package io.autoglm.nano.trainer;

import java.time.Duration;
import java.util.Locale;

/// What the trainer says about itself: loss, speed and time to go, each over the steps since the last line.
final class Progress {
    private final long started = System.nanoTime();
    private final long totalSteps;
    private long lineStarted = started;
    private long steps;
    private long stepsOfLine;
    private long tokensOfLine;
    private double lossOfLine;

    Progress(long totalSteps) {
        this.totalSteps = totalSteps;
    }

    void step(Batch batch, double loss) {
        steps++;
        stepsOfLine++;
        tokensOfLine += (long) batch.rows() * batch.length();
        lossOfLine += loss;
    }

    String line(long step, double rate) {
        long now = System.nanoTime();
        double seconds = (now - lineStarted) / 1e9;
        Duration left = Duration.ofNanos((now - started) / steps * (totalSteps - steps));
        String line = String.format(
                Locale.ROOT,
                "step %d  loss %.4f  rate %.2e  %.0f tokens/s  to go %d min",
                step,
                lossOfLine / stepsOfLine,
                rate,
                tokensOfLine / seconds,
                left.toMinutes());
        lineStarted = now;
        stepsOfLine = 0;
        tokensOfLine = 0;
        lossOfLine = 0;
        return line;
    }
}
