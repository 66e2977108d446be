package io.autoglm.local.home;

/// Where a part is found.
///
/// @param text as people read it, `127.0.0.1:8080`; of someone else's Redis, its URL without the credentials
/// @param port the port in it, or the first one
public record Address(String text, int port) {

    public static Address of(String host, int port) {
        return new Address((host.contains(":") ? "[" + host + "]" : host) + ":" + port, port);
    }

    public static Address onLoopback(int port) {
        return of("127.0.0.1", port);
    }
}
