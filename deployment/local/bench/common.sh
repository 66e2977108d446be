# Read by the benches that run classes of io.autoglm.inference.bench.

random_model=$AUTOGLM_ROOT/.autoglm/bench/qwen2.5-0.5b-shape
built=$AUTOGLM_ROOT/inference-service/target/quarkus-app

run() {
    class=$1
    shift
    "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED -cp "$built/app/*:$built/lib/main/*:$built/lib/boot/*" \
        "io.autoglm.inference.bench.$class" "$@"
}
