package io.autoglm.inference.cpu;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrayAdapter;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.util.UUID;

/// Numbers in a buffer; whatever computes on them throws `UnsupportedOperationException`, as [NDArrayAdapter] says.
final class CpuNDArray extends NDArrayAdapter {

    private ByteBuffer data;

    CpuNDArray(NDManager manager, Shape shape, DataType type, ByteBuffer data) {
        super(manager, null, shape, type, UUID.randomUUID().toString());
        this.data = data;
        manager.attachInternal(uid, this);
    }

    @Override
    public ByteBuffer toByteBuffer(boolean direct) {
        ByteBuffer view = data.asReadOnlyBuffer().order(data.order());
        return direct && !data.isDirect()
                ? ByteBuffer.allocateDirect(data.capacity())
                        .order(data.order())
                        .put(view)
                        .rewind()
                : view.rewind();
    }

    @Override
    public void intern(NDArray replaced) {
        data = ((CpuNDArray) replaced).data;
    }

    @Override
    public void detach() {
        manager.detachInternal(uid);
        manager = ((CpuEngine) manager.getEngine()).root();
    }
}
