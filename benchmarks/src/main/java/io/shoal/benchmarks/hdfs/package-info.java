/**
 * A Hadoop file system under the workloads. Its client blocks, so each operation holds a thread of
 * a pool while it lasts. Hadoop is on the class path of the process that runs this, and of no
 * other.
 */
@NullMarked
package io.shoal.benchmarks.hdfs;

import org.jspecify.annotations.NullMarked;
