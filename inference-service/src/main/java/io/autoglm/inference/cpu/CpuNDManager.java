package io.autoglm.inference.cpu;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Arrays that carry tokens in and logits out of a `Predictor`; they do no arithmetic.
class CpuNDManager extends BaseNDManager {

    /// The root, which DJL wants every engine to have; it outlives all models, and cannot be closed.
    private static final class Root extends CpuNDManager implements NDManager.SystemNDManager {

        Root(Engine engine) {
            super(engine, null);
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException("the root manager lives as long as the process");
        }
    }

    private final Engine engine;

    private CpuNDManager(Engine engine, @Nullable NDManager parent) {
        this.engine = engine; // read by the superclass's constructor
        super(parent, Device.cpu());
    }

    static CpuNDManager root(Engine engine) {
        return new Root(engine);
    }

    @Override
    public NDArray create(Buffer data, Shape shape, DataType type) {
        int elements = Math.toIntExact(shape.size());
        validateBuffer(data, type, elements);
        ByteBuffer bytes = ByteBuffer.allocate(elements * type.getNumOfBytes()).order(ByteOrder.nativeOrder());
        copyBuffer(data, bytes);
        bytes.rewind();
        return new CpuNDArray(this, shape, type, bytes);
    }

    @Override
    public ByteBuffer allocateDirect(int capacity) {
        return ByteBuffer.allocateDirect(capacity).order(ByteOrder.nativeOrder());
    }

    @Override
    public NDArray from(NDArray array) {
        return array instanceof CpuNDArray
                ? array
                : create(array.toByteBuffer(), array.getShape(), array.getDataType());
    }

    @Override
    public final CpuNDManager newSubManager(@Nullable Device device) {
        CpuNDManager manager = new CpuNDManager(engine, this);
        attachUncappedInternal(manager.uid, manager);
        return manager;
    }

    @Override
    public Engine getEngine() {
        return engine;
    }
}
