/** Tests of grants. */
@NullMarked
package io.shoal.common.grant;

import org.jspecify.annotations.NullMarked;
