package io.autoglm.gateway.neighbours;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.CompletableFuture;

/// A connection on which a client may stop in the middle of what it says.
///
/// @param end all that came, once the gateway has closed
public record RawConnection(NetSocket socket, CompletableFuture<String> end) {

    public static RawConnection open(Vertx vertx) {
        NetSocket socket = vertx.createNetClient()
                .connect(Client.port(), "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        CompletableFuture<String> end = new CompletableFuture<>();
        Buffer all = Buffer.buffer();
        socket.handler(all::appendBuffer);
        socket.closeHandler(closed -> end.complete(all.toString()));
        return new RawConnection(socket, end);
    }

    /// The head of a chat request.
    ///
    /// @param length of the body that it announces, bytes
    public static String head(int length) {
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer " + Neighbours.KEY
                + "\r\nContent-Type: application/json\r\nContent-Length: " + length + "\r\n\r\n";
    }

    public void send(String text) {
        socket.write(text);
    }
}
