import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Splits an SQL script into statements. Pure Java: {@code java Statements.java FILE} prints them, for tests and people. */
final class Statements {
    private static final Pattern LAST_LINE = Pattern.compile("^(.*?);\\s*(?:--.*)?$");
    private static final Pattern SET_OPENS =
            Pattern.compile("^(?:EXECUTE|BEGIN)\\s+STATEMENT\\s+SET\\b.*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern SET_CLOSES = Pattern.compile("^(?:.*[\\s;])?END\\s*$", Pattern.CASE_INSENSITIVE);

    private Statements() {}

    /** Statements end with ';' at a line's end; lines that begin with '--' are dropped; a statement set ends with END. */
    static List<String> split(String script) {
        List<String> statements = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        for (String line : script.split("\\R")) {
            if (line.stripLeading().startsWith("--")) {
                continue;
            }
            var last = LAST_LINE.matcher(line);
            boolean ends = last.matches() && (!SET_OPENS.matcher(opening(current, line)).matches()
                    || SET_CLOSES.matcher(last.group(1)).matches());
            current.append(ends ? last.group(1) : line).append('\n');
            if (ends) {
                add(statements, current);
            }
        }
        add(statements, current);
        return statements;
    }

    /** The statement's beginning, which may be on the line at hand. */
    private static String opening(StringBuilder current, String line) {
        return (current + line).stripLeading();
    }

    private static void add(List<String> statements, StringBuilder current) {
        String statement = current.toString().strip();
        if (!statement.isEmpty()) {
            statements.add(statement);
        }
        current.setLength(0);
    }

    public static void main(String[] arguments) throws Exception {
        int number = 0;
        for (String statement : split(Files.readString(Path.of(arguments[0])))) {
            System.out.println(++number + "\t" + statement.replaceAll("\\s+", " "));
        }
    }
}
