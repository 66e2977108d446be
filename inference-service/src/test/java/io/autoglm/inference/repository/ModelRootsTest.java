package io.autoglm.inference.repository;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRootsTest {

    @Test
    void by_default_models_are_loaded_from_the_folder_of_the_configured_one() {
        assertThat(ModelRoots.beside(Path.of("/srv/models/chat"))).isEqualTo(List.of(Path.of("/srv/models")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/model", "/srv/../model", "/"})
    void the_whole_machine_is_never_a_root_by_default(String model) {
        ModelRoots roots = new ModelRoots(ModelRoots.beside(Path.of(model)));

        assertThat(roots.within("/etc")).isEmpty();
        assertThat(roots.within("etc")).isEmpty();
        assertThat(roots.remedy()).contains("before autoglm.models.roots is set");
    }
}
