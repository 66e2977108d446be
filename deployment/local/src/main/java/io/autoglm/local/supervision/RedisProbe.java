package io.autoglm.local.supervision;

import io.autoglm.local.home.Fault;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// `AUTH` and `PING` in Redis' inline form. A Redis that asks for credentials we do not know is there all the same.
///
/// @param password null where none is to be sent
public record RedisProbe(String host, int port, @Nullable String password) implements Probe {

    private static final int TIMEOUT_MILLIS = 2_000;

    @Override
    public Health check() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            BufferedReader answers =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            if (password != null) {
                String welcome = ask(socket, answers, "AUTH " + password);
                if (!welcome.equals("+OK")) return new Health.Unready("it refuses our password: " + welcome);
            }
            String pong = ask(socket, answers, "PING");
            boolean serves = pong.equals("+PONG") || (password == null && pong.startsWith("-NOAUTH"));
            return serves ? new Health.Healthy() : new Health.Unready(pong);
        } catch (IOException unanswered) {
            return new Health.Silent(Fault.words(unanswered));
        }
    }

    private static String ask(Socket socket, BufferedReader answers, String command) throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
        String answer = answers.readLine();
        if (answer == null) throw new IOException("it closed the connection");
        return answer;
    }

    /// Hides the password.
    @Override
    public String toString() {
        return "RedisProbe[" + host + ":" + port + "]";
    }
}
