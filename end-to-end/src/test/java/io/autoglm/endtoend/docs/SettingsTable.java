package io.autoglm.endtoend.docs;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// The settings of one service as a Markdown table, read from the sources of its `@ConfigMapping` interfaces: name,
/// default, and what the `///` comment says.
///
/// Run as a program, it writes those tables into `docs/configuration.md`:
///
/// ```
/// java end-to-end/src/test/java/io/autoglm/endtoend/docs/SettingsTable.java .
/// ```
final class SettingsTable {
    static final List<String> SERVICES =
            List.of("redis", "context-service", "gateway-service", "inference-service", "scheduler-service");

    /// A comment repeats the default for those who read the code; the table has a column for it.
    private static final Pattern BARE_DEFAULT =
            Pattern.compile("\\s*Default (`[^`]*`|\\d\\S* [A-Za-z]+|\\S+)\\.(?=\\s|$)");

    private static final Pattern LIST = Pattern.compile("List<(\\w+)>");

    private static final Pattern MAP = Pattern.compile("Map<String, ?(\\w+)>");

    private static final Pattern MEMBER = Pattern.compile("\\{@link #(\\w+)\\(\\)}");

    private final Map<String, String> rows = new TreeMap<>();
    private final DocTrees documentation;

    private SettingsTable(DocTrees documentation) {
        this.documentation = documentation;
    }

    public static void main(String... arguments) throws IOException {
        Path page = Path.of(arguments[0], "docs/configuration.md");
        String text = Files.readString(page);
        for (String service : SERVICES) {
            text = text.replace(in(text, service), of(Path.of(arguments[0]), service));
        }
        Files.writeString(page, text);
    }

    /// The table of a service as the page has it, with its last line break.
    static String in(String page, String service) {
        Matcher table = Pattern.compile("(?<=^## " + service + "\n\n)(\\|.*\n)+", Pattern.MULTILINE)
                .matcher(page);
        if (!table.find()) {
            throw new IllegalArgumentException("no section for " + service);
        }
        return table.group();
    }

    static String of(Path root, String service) throws IOException {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "a JDK has a compiler");
        try (Stream<Path> files = Files.walk(root.resolve(service).resolve("src/main/java"));
                StandardJavaFileManager manager = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            List<Path> sources = files.filter(file -> file.toString().endsWith("Config.java"))
                    .sorted()
                    .toList();
            JavacTask task = (JavacTask)
                    compiler.getTask(null, manager, null, null, null, manager.getJavaFileObjectsFromPaths(sources));
            SettingsTable table = new SettingsTable(DocTrees.instance(task));
            for (CompilationUnitTree unit : task.parse()) {
                for (Tree type : unit.getTypeDecls()) {
                    if (type instanceof ClassTree mapping) {
                        table.read(new TreePath(new TreePath(unit), mapping), mapping);
                    }
                }
            }
            return table.markdown();
        }
    }

    private String markdown() {
        return rows.values().stream()
                .collect(Collectors.joining("\n", "| setting | default | what it does |\n|---|---|---|\n", "\n"));
    }

    private void read(TreePath path, ClassTree mapping) {
        annotation(mapping.getModifiers().getAnnotations(), "ConfigMapping")
                .ifPresent(prefix -> members(path, mapping, prefix));
    }

    private void members(TreePath path, ClassTree type, String prefix) {
        Map<String, ClassTree> groups = type.getMembers().stream()
                .filter(ClassTree.class::isInstance)
                .map(ClassTree.class::cast)
                .filter(nested -> nested.getKind() == Tree.Kind.INTERFACE)
                .collect(Collectors.toMap(nested -> nested.getSimpleName().toString(), Function.identity()));
        for (Tree member : type.getMembers()) {
            if (member instanceof MethodTree method && method.getBody() == null) {
                String name = hasNoName(method)
                        ? prefix
                        : prefix + "." + kebab(method.getName().toString());
                String returned = String.valueOf(method.getReturnType());
                Matcher list = LIST.matcher(returned);
                Matcher map = MAP.matcher(returned);
                ClassTree group = groups.get(list.matches() ? list.group(1) : map.matches() ? map.group(1) : returned);
                if (group == null) {
                    String fallback = annotation(method.getModifiers().getAnnotations(), "WithDefault")
                            .map(value -> "`" + value + "`")
                            .orElse("–");
                    rows.put(name, "| `" + name + "` | " + fallback + " | " + text(new TreePath(path, method)) + " |");
                } else {
                    members(
                            new TreePath(path, group),
                            group,
                            list.matches() ? name + "[0]" : map.matches() ? name + ".\"name\"" : name);
                }
            }
        }
    }

    private static boolean hasNoName(MethodTree method) {
        return method.getModifiers().getAnnotations().stream()
                .anyMatch(
                        annotation -> annotation.getAnnotationType().toString().equals("WithParentName"));
    }

    private String text(TreePath method) {
        String comment =
                String.valueOf(documentation.getDocComment(method)).strip().replaceAll("\\s+", " ");
        String named = MEMBER.matcher(comment).replaceAll(link -> "`" + kebab(link.group(1)) + "`");
        return BARE_DEFAULT.matcher(named).replaceAll("").strip().replace("|", "\\|");
    }

    /// The only value of an annotation, if the annotation is there.
    private static Optional<String> annotation(List<? extends AnnotationTree> annotations, String name) {
        return annotations.stream()
                .filter(annotation -> annotation.getAnnotationType().toString().equals(name))
                .flatMap(annotation -> annotation.getArguments().stream())
                .map(value -> value instanceof AssignmentTree assignment ? assignment.getExpression() : value)
                .filter(LiteralTree.class::isInstance)
                .map(value -> String.valueOf(((LiteralTree) value).getValue()))
                .findFirst();
    }

    private static String kebab(String camel) {
        return camel.replaceAll("(?<=.)([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }
}
