/// Chat templates: the part of Jinja that published models use, with the settings Hugging Face runs it with
/// (`trim_blocks`, `lstrip_blocks`, loop controls, `tojson` that writes text as it is). Rendered in bounded time
/// and space, for a template is a program that came with a download.
@NullMarked
package io.autoglm.inference.template;

import org.jspecify.annotations.NullMarked;
