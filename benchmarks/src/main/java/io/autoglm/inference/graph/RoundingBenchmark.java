package io.autoglm.inference.graph;

import io.autoglm.inference.model.ElementType;
import io.autoglm.inference.model.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/// A megabyte of bfloat16 weights (128 rows of 4,096) to codes: read, rounded and written, on one core. So
/// what the table has for each second is MB/s of the checkpoint.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
public class RoundingBenchmark {

    private static final int ROWS = 128;
    private static final int COLUMNS = 4096;
    private static final double DEVIATION = 0.02;
    private static final ValueLayout.OfShort BF16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Rows<float[]> weights = new TensorRows(weights(new Random(10)));

    @Benchmark
    public long megabyteToInt4() {
        return pack(MatrixFormat.INT4);
    }

    @Benchmark
    public long megabyteToInt8() {
        return pack(MatrixFormat.INT8);
    }

    private long pack(MatrixFormat format) {
        try (NativeMemory memory = new NativeMemory()) {
            return new MatrixWriter(memory)
                    .pack("weights", new RoundedRows(weights, format), format, false)
                    .blocks();
        }
    }

    private static Tensor weights(Random random) {
        MemorySegment data = Arena.ofAuto().allocate((long) ROWS * COLUMNS * Short.BYTES);
        for (long i = 0; i < (long) ROWS * COLUMNS; i++) {
            int bits = Float.floatToRawIntBits((float) (DEVIATION * random.nextGaussian()));
            data.set(BF16, i * Short.BYTES, (short) (bits >>> Short.SIZE));
        }
        return new Tensor("weights", ElementType.BF16, List.of((long) ROWS, (long) COLUMNS), data);
    }
}
