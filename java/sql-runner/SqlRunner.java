import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

/** Runs one SQL script as a Flink application: {@code SqlRunner FILE}. */
public final class SqlRunner {
    private static final Pattern SET =
            Pattern.compile("SET\\s+'((?:[^']|'')+)'\\s*=\\s*'((?:[^']|'')*)'", Pattern.CASE_INSENSITIVE);
    private static final int SHOWN_CHARACTERS = 80;

    private SqlRunner() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            throw new IllegalArgumentException("SqlRunner needs one argument, the path of an SQL script; it got " + arguments.length);
        }
        run(Path.of(arguments[0]));
    }

    private static void run(Path script) throws IOException {
        List<String> statements = Statements.split(Files.readString(script));
        TableEnvironment tables = TableEnvironment.create(
                EnvironmentSettings.newInstance().withConfiguration(leadingOptions(statements)).build());
        for (int index = 0; index < statements.size(); index++) {
            execute(tables, script, index + 1, statements.get(index));
        }
    }

    /** SETs before any other statement also shape the environment itself (execution.runtime-mode). */
    private static Configuration leadingOptions(List<String> statements) {
        Configuration options = new Configuration();
        for (String statement : statements) {
            Matcher set = SET.matcher(statement);
            if (!set.matches()) {
                break;
            }
            options.setString(unquoted(set.group(1)), unquoted(set.group(2)));
        }
        return options;
    }

    private static void execute(TableEnvironment tables, Path script, int number, String statement) {
        try {
            Matcher set = SET.matcher(statement);
            if (set.matches()) {
                tables.getConfig().set(unquoted(set.group(1)), unquoted(set.group(2)));
            } else {
                tables.executeSql(statement);
            }
        } catch (RuntimeException failure) {
            throw new IllegalStateException(oneLine(script, number, statement, failure), failure);
        }
    }

    private static String oneLine(Path script, int number, String statement, Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String shown = statement.replaceAll("\\s+", " ");
        String beginning = shown.length() > SHOWN_CHARACTERS ? shown.substring(0, SHOWN_CHARACTERS) + "..." : shown;
        return script + ": statement " + number + " `" + beginning + "`: " + String.valueOf(root.getMessage()).replaceAll("\\s+", " ");
    }

    private static String unquoted(String literal) {
        return literal.replace("''", "'");
    }
}
