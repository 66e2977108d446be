# Read by the benches that run programs of the module `benchmarks`: on the class path of a packaged service, so that
# what is measured is what is shipped.

random_model=$AUTOGLM_ROOT/.autoglm/bench/qwen2.5-0.5b-shape
measuring=$AUTOGLM_ROOT/benchmarks/target
built=$AUTOGLM_ROOT/inference-service/target/quarkus-app

# With what Quarkus wrote when it was packaged: the settings.
run() {
    class=$1
    shift
    "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -cp "$measuring/benchmarks.jar:$measuring/lib/*:$built/app/*:$built/lib/main/*:$built/lib/boot/*:$built/quarkus/*" \
        "io.autoglm.$class" "$@"
}
