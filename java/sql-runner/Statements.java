import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Splits an SQL script into statements. Pure Java: {@code java Statements.java FILE} prints them, for tests and people. */
final class Statements {
    /** As Calcite reads them: a hint begins with a slash, a star and a plus; slash, three stars, slash closes no comment. */
    private static final Pattern PIECE = Pattern.compile(
            "(?<comment>--[^\\n]*|/\\*(?!\\+)(?:\\*[^/])?+.*?(?:\\*/|\\z))"
                    + "|(?<end>;)"
                    + "|'[^']*(?:'|\\z)|`[^`]*(?:`|\\z)|/\\*\\+|\\*/|[^'`;/*-]+|.",
            Pattern.DOTALL);
    private static final Pattern SET_OPENS =
            Pattern.compile("\\s*EXECUTE\\s+STATEMENT\\s+SET(?![\\w$]).*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
    private static final Pattern SET_CLOSES = Pattern.compile(";\\s*END\\s*\\z", Pattern.CASE_INSENSITIVE);

    private Statements() {}

    /** Statements end with ';' outside quotes and comments, a statement set with END; comments are dropped, hints stay. */
    static List<String> split(String script) {
        List<String> statements = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        for (Matcher piece = PIECE.matcher(script); piece.find(); ) {
            if (piece.group("end") != null && !goesOn(current)) {
                add(statements, current);
            } else {
                current.append(piece.group("comment") != null ? " " : piece.group());
            }
        }
        add(statements, current);
        return statements;
    }

    /** Whether it is a statement set that is not at its END. */
    private static boolean goesOn(CharSequence current) {
        return SET_OPENS.matcher(current).matches() && !SET_CLOSES.matcher(current).find();
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
