package io.autoglm.inference.graph;

/// Numbers rounded to codes, block by block.
///
/// @param format not float32
record RoundedRows(Rows<float[]> numbers, MatrixFormat format) implements Rows<CodedRow> {

    @Override
    public long count() {
        return numbers.count();
    }

    @Override
    public int width() {
        return numbers.width();
    }

    @Override
    public void read(long row, CodedRow into) {
        BlockQuantizer quantizer = new BlockQuantizer(format.bits());
        float[] exact = new float[width()];
        numbers.read(row, exact);
        for (int block = 0; block < into.scales().length; block++) {
            int from = block * format.block();
            into.scales()[block] =
                    quantizer.quantize(exact, from, Math.min(from + format.block(), exact.length), into.codes());
            into.zeros()[block] = quantizer.zero();
        }
    }
}
