/// The model directory in Hugging Face's form: what it says of itself (`config.json`, `generation_config.json`) and
/// its weights (`*.safetensors`, mapped, never read into the heap). Whatever is wrong with it ends in one
/// [io.autoglm.inference.model.ModelLoadException], whose message is one line: the file, then why.
@NullMarked
package io.autoglm.inference.model;

import org.jspecify.annotations.NullMarked;
