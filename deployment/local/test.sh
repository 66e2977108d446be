# ./autoglm test: the whole gate, `./mvnw verify`, with a line for each test class as it ends and a summary at the end.
# Read by ./autoglm, which has found the JDK. Arguments go to Maven.

tests_log=$state/test.log
lines_told=0
last_news=0

# Tells what Maven has written since the last call; when it has been silent for half a minute, where it is.
test_progress() {
    lines=$(wc -l <"$tests_log")
    if [ "$lines" -gt "$lines_told" ]; then
        news=$(sed -n "$((lines_told + 1)),${lines}p" "$tests_log" | awk -v seconds="$1" '
            function at() { return sprintf("%3d:%02d", seconds / 60, seconds % 60) }
            /^\[INFO\] Building AutoGLM/ { sub(/^.INFO. Building AutoGLM Serving( · )?/, ""); sub(/ *[0-9]+\.[0-9.]+(-SNAPSHOT)? */, " "); print at() "  " $0; next }
            /Tests run: .* -- in / {
                failed = ($0 ~ /<<</) ? "FAILED  " : "";
                tests = $0; sub(/.*Tests run: /, "", tests); sub(/,.*/, "", tests);
                skipped = $0; sub(/.*Skipped: /, "", skipped); sub(/,.*/, "", skipped);
                time = $0; sub(/.*Time elapsed: /, "", time); sub(/ s.*/, "", time);
                name = $0; sub(/.* -- in /, "", name);
                if (skipped + 0) tests = tests " tests, " skipped " skipped"; else tests = tests " tests"
                print at() "    " failed name ": " tests ", " time " s"; next
            }
            /^\[ERROR\] +[A-Za-z]/ && ++errors < 40 { print "        " $0 }')
        lines_told=$lines
        if [ -n "$news" ]; then
            printf '%s\n' "$news"
            last_news=$1
        fi
    fi
    if [ $(($1 - last_news)) -ge 30 ]; then
        last_news=$1
        printf '%3d:%02d    … %s\n' $(($1 / 60)) $(($1 % 60)) "$(maven_is_at "$tests_log")"
    fi
}

# Adds up the reports of this run, and names what was skipped or failed.
sum_reports() {
    find "$root" -path '*/target/*-reports/TEST-*.xml' -newer "$state/test-began" -exec cat {} + | awk '
        function value(name,   found) {
            if (!match($0, "[ ]" name "=\"[^\"]*\"")) return "";
            found = substr($0, RSTART, RLENGTH); sub(/^[^"]*"/, "", found); sub(/"$/, "", found); return found
        }
        /<testsuite[ >]/ { tests += value("tests"); failed += value("failures") + value("errors"); skipped += value("skipped") }
        /<testcase / { name = value("classname") " · " value("name") }
        /<skipped/ { print "skipped: " name (value("message") != "" ? ": " value("message") : "") }
        /<(failure|error)[ >]/ { print "failed: " name }
        END { printf "%d passed, %d failed, %d skipped\n", tests - failed - skipped, failed, skipped }'
}

take_build_lock
touch "$state/test-began"
printf 'autoglm: ./mvnw verify (all of its output: %s)\n' "$tests_log"
verified=0
maven "$tests_log" test_progress -ntp --fail-at-end verify "$@" || verified=$?
summary=$(sum_reports)
if [ "$verified" = 0 ] && [ $# = 0 ]; then
    # All was packaged on the way, so `up` need not build.
    mv "$state/test-began" "$stamp"
elif [ "$verified" != 0 ]; then
    printf 'autoglm: Maven ended with %s\n' "$verified"
    errors_in "$tests_log" 20
fi
release_build_lock
elapsed=$(($(date +%s) - started))
printf 'autoglm: %d min %d s\n%s\n' $((elapsed / 60)) $((elapsed % 60)) "$summary"
case $summary in
    "0 passed"* | *"
0 passed"*) exit 1 ;;
    *" 0 failed,"*) exit "$verified" ;;
    *) exit 1 ;;
esac
