@NullMarked
package io.autoglm.inference.repository;

import org.jspecify.annotations.NullMarked;
