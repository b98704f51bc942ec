package jiangji;

import java.nio.file.Path;
import java.util.List;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.Node;
import org.opensearch.transport.Netty4Plugin;

/**
 * One real OpenSearch node inside this JVM: `SearchServer FOLDER PORT`. It says "ready", and ends when its standard input does,
 * so that it never outlives who started it.
 */
public final class SearchServer extends Node {

    private SearchServer(Environment environment) {
        super(environment, List.of(Netty4Plugin.class), true);
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of(arguments[0]);
        Settings settings = Settings.builder()
            .put("path.home", home.toString())
            .put("cluster.name", "jiangji")
            .put("node.name", "jiangji-1")
            .put("discovery.type", "single-node")
            .put("http.type", "netty4")
            .put("http.host", "127.0.0.1")
            .put("http.port", arguments[1])
            .put("transport.type", "netty4")
            .put("transport.host", "127.0.0.1")
            .put("transport.port", "0")
            .put("node.processors", 2)
            // A developer's full disk is no reason to refuse a few megabytes.
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .build();
        Node node = new SearchServer(new Environment(settings, home.resolve("config")));
        node.start();
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // Nothing is said here: only the end counts.
        }
        node.close();
        System.exit(0);
    }
}
