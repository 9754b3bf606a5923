import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Splits many scripts in one JVM: those of a file, each with a record separator behind it. */
final class Splits {
    private Splits() {}

    public static void main(String[] arguments) throws Exception {
        StringBuilder all = new StringBuilder();
        for (String script : Files.readString(Path.of(arguments[0])).split("\u001e")) {
            all.append(String.join("\u001f", Statements.split(script))).append('\u001e');
        }
        Files.write(Path.of(arguments[1]), all.toString().getBytes(StandardCharsets.UTF_8));
    }
}
