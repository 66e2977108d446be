# ./autoglm bench [NAME …]: runs deployment/local/bench/NAME; without a name, lists what there is.
# Read by ./autoglm, which has found the JDK. A bench is a script whose second line says in one sentence what it measures;
# it gets AUTOGLM_ROOT and JAVA_HOME.

benches=$root/deployment/local/bench
if [ $# = 0 ]; then
    for bench in "$benches"/*; do
        [ ! -x "$bench" ] || printf '  ./autoglm bench %-10s %s\n' "${bench##*/}" "$(sed -n '2s/^# *//p' "$bench")"
    done
    exit 0
fi
name=$1
shift
case $name in
    */* | .*) die "there is no bench '$name': ./autoglm bench lists them" ;;
esac
[ -x "$benches/$name" ] || die "there is no bench '$name': ./autoglm bench lists them"
if is_stale; then
    build_everything ,benchmarks
elif benchmarks_are_stale; then
    build_benchmarks
fi
export AUTOGLM_ROOT="$root"
exec "$benches/$name" "$@"
