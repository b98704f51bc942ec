package org.elasticsearch.node;

import java.nio.file.Path;
import java.util.List;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.plugins.MockPluginsService;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.plugins.PluginsService;
import org.elasticsearch.transport.netty4.Netty4Plugin;

/**
 * One real Elasticsearch node inside this JVM: `SearchServer FOLDER PORT`. It says "ready", and ends when its standard input
 * does, so that it never outlives who started it.
 *
 * The constructors that take plug-ins from the class path are visible in this package alone.
 */
public final class SearchServer extends Node {

    private SearchServer(Environment environment) {
        super(NodeConstruction.prepareConstruction(environment, null, new ClassPathPlugins(), true));
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
        LogConfigurator.configureESLogging();
        Node node = new SearchServer(new Environment(settings, home.resolve("config")));
        node.start();
        System.out.println("ready");
        while (System.in.read() >= 0) {
            // Nothing is said here: only the end counts.
        }
        node.close();
        System.exit(0);
    }

    private static final class ClassPathPlugins extends NodeServiceProvider {
        @Override
        PluginsService newPluginService(Environment environment, PluginsLoader loader) {
            return new MockPluginsService(environment.settings(), environment, List.of(Netty4Plugin.class));
        }
    }
}
