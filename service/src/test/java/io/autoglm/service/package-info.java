/// Tests of what the services share.
@NullMarked
package io.autoglm.service;

import org.jspecify.annotations.NullMarked;
