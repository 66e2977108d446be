package io.autoglm.gateway.queue;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/// Gradient2 of Netflix' concurrency-limits (`Gradient2Limit.java`, 0.5), with its constants:
///
/// `gradient = clamp(1.5 · long / short, 0.5, 1)`, `limit ← 0.8 · limit + 0.2 · (limit · gradient + 4)`
///
/// where `short` is the last measure and `long` the mean of about the last 600; where `long > 2 · short`,
/// `long` is made 5 % shorter, so that it recovers from a time of overload. A gateway that uses less than
/// half of the limit learns nothing of it.
///
/// It holds against instances that suddenly become slow. To a slowness that lasts for some hundreds of
/// measures it gives way, because `long` follows; then only its bounds hold. The variants that compare with
/// the least measure ever seen (Gradient, Vegas) do not, but of first tokens the least is that of the
/// shortest prompt, beside which every longer one looks like overload. This is why it is off by default.
final class GradientLimit implements ConcurrencyLimit {
    private static final double TOLERANCE = 1.5;
    private static final double SMOOTHING = 0.2;
    private static final int QUEUE = 4;
    private static final int WINDOW = 600;
    private static final int WARM_UP = 10;

    /// A mean that is arithmetic at first and exponential then.
    private static final class Mean {
        private double value;
        private int count;

        double add(double next) {
            if (count < WARM_UP) {
                value = (value * count + next) / (count + 1);
                count++;
            } else {
                value += (next - value) * 2 / (WINDOW + 1);
            }
            return value;
        }
    }

    private final int least;
    private final int most;
    private final Map<Measure, Mean> means = new EnumMap<>(Measure.class);
    private double estimate;

    GradientLimit(int first, int least, int most) {
        this.least = least;
        this.most = most;
        this.estimate = Math.clamp(first, least, most);
    }

    @Override
    public int limit() {
        return (int) estimate;
    }

    @Override
    public void measured(Measure measure, Duration length, int running) {
        double last = Math.max(1, length.toNanos());
        Mean mean = means.computeIfAbsent(measure, kind -> new Mean());
        double longer = mean.add(last);
        if (longer / last > 2) {
            mean.value *= 0.95;
        }
        if (running < estimate / 2) {
            return;
        }
        double gradient = Math.clamp(TOLERANCE * longer / last, 0.5, 1);
        double next = estimate * (1 - SMOOTHING) + (estimate * gradient + QUEUE) * SMOOTHING;
        estimate = Math.clamp(next, least, most);
    }
}
