/** What readers notice of a node that answers late: a measurement. */
@NullMarked
package io.shoal.faults.late;

import org.jspecify.annotations.NullMarked;
