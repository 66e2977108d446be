package io.autoglm.nano.trainer;

/// How long and how fast: a warm-up, a long stretch at one learning rate, a cosine to the end.
///
/// `restWeight` is the loss weight of tokens that users and tools speak.
record Recipe(
        long steps, int warmUp, long decayFrom, double rate, double lastRate, int tokensPerStep, float restWeight) {
    static Recipe nano() {
        return new Recipe(4_650, 50, 3_500, 2.5e-3, 3.0e-5, 3_072, 0);
    }

    double rateAt(long step) {
        if (step < warmUp) {
            return rate * (step + 1) / warmUp;
        }
        if (step < decayFrom) {
            return rate;
        }
        double done = Math.min(1, (step - decayFrom) / (double) (steps - decayFrom));
        return lastRate + (rate - lastRate) * 0.5 * (1 + Math.cos(Math.PI * done));
    }
}
