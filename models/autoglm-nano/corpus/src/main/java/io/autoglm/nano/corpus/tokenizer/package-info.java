/// A byte-level BPE tokenizer: trained here, written as a Hugging Face `tokenizer.json`, read back from it.
@NullMarked
package io.autoglm.nano.corpus.tokenizer;

import org.jspecify.annotations.NullMarked;
