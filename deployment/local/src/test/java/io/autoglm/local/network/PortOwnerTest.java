package io.autoglm.local.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortOwnerTest {

    @Test
    void a_port_that_someone_listens_on_is_not_free() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(PortOwner.isFree(taken.getLocalPort())).isFalse();
        }
    }

    @Test
    void a_port_that_is_taken_on_every_address_is_not_free_on_loopback() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            assertThat(PortOwner.isFree(taken.getLocalPort())).isFalse();
        }
    }

    @Test
    void a_port_that_was_let_go_is_free_again() throws IOException {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }

        assertThat(PortOwner.isFree(port)).isTrue();
    }

    @Test
    void the_owner_is_named_with_its_number_and_command() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(PortOwner.describe(taken.getLocalPort()))
                    .startsWith("pid " + ProcessHandle.current().pid() + " (")
                    .contains("java");
        }
    }

    @Test
    void only_listening_sockets_on_that_very_port_count() {
        List<String> table = List.of(
                "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
                "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0",
                "   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 222 1 0",
                "   2: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 333 1 0");

        assertThat(PortOwner.listeningInodes(table, 8080)).containsExactly("socket:[111]");
    }
}
