# HDFS for the benchmark: a NameNode and DataNodes as processes of their own. Sourced by scripts/bench; needs JAVA, PEERS (the
# directory of the peers' projects), peer_libraries, start_server and await_server.
#
# Everything is Hadoop's default except: addresses and directories, no user interface on fixed ports, and the heaps. There is
# no native library in Hadoop's artifacts, so checksums are the JVM's own (CRC32C has an intrinsic) and not libhadoop's.

HDFS_HEAP_MIB=512

# start_hdfs DIRECTORY DATANODES [PROPERTY=VALUE...]: starts a cluster and waits until all DataNodes are live. Sets
# HDFS_CONF, the directory that makes a client find it, and SERVER_PIDS.
start_hdfs() {
  local dir=$1 count=$2 rpc http name
  shift 2
  peer_libraries hdfs
  free_ports 2
  rpc=${PORTS[0]} http=${PORTS[1]}
  HDFS_CONF=$dir/conf/client
  for name in client namenode $(seq -f 'datanode-%g' "$count"); do
    write_hdfs_conf "$dir" "$name" "$rpc" "$http" "$@"
  done
  # The directory of the logs is named, or the web server of each process writes its own beside the caller's files.
  (run_hadoop "$dir" namenode org.apache.hadoop.hdfs.server.namenode.NameNode -format -nonInteractive) >"$dir/format.log" 2>&1 ||
    { tail -n 15 "$dir/format.log" >&2 && die "HDFS: the NameNode could not be formatted"; }
  SERVER_PIDS=()
  start_server "$dir/namenode.log" run_hadoop "$dir" namenode org.apache.hadoop.hdfs.server.namenode.NameNode
  await_server "$dir/namenode.log" "$SERVER_PID" port_taken 127.0.0.1 "$rpc"
  for name in $(seq -f 'datanode-%g' "$count"); do
    start_server "$dir/$name.log" run_hadoop "$dir" "$name" org.apache.hadoop.hdfs.server.datanode.DataNode
  done
  await_server "$dir/$name.log" "$SERVER_PID" hdfs_has_nodes "$http" "$count"
}

# run_hadoop DIRECTORY NAME CLASS ARGUMENT...: becomes a server of Hadoop.
run_hadoop() {
  local dir=$1 name=$2
  shift 2
  exec "$JAVA" "-Xmx${HDFS_HEAP_MIB}m" "-Dhadoop.log.dir=$dir" -Djava.net.preferIPv4Stack=true \
    -cp "$dir/conf/$name:$PEER_LIBRARIES/*" "$@"
}

# write_hdfs_conf DIRECTORY NAME RPC_PORT HTTP_PORT [PROPERTY=VALUE...]: the configuration of one process.
write_hdfs_conf() {
  local dir=$1 name=$2 conf=$1/conf/$2
  local properties=(
    "dfs.namenode.rpc-address=127.0.0.1:$3" "dfs.namenode.http-address=127.0.0.1:$4"
    "dfs.namenode.name.dir=file://$dir/data/namenode" "dfs.datanode.data.dir=file://$dir/data/$name"
    dfs.datanode.address=127.0.0.1:0 dfs.datanode.http.address=127.0.0.1:0 dfs.datanode.ipc.address=127.0.0.1:0
    "${@:5}"
  )
  # Hadoop's artifacts hold no pages for browsers, and its servers don't start without the directories of these.
  mkdir -p "$conf/webapps/hdfs" "$conf/webapps/datanode" "$conf/webapps/static"
  write_hadoop_xml "$conf/core-site.xml" "fs.defaultFS=hdfs://127.0.0.1:$3"
  write_hadoop_xml "$conf/hdfs-site.xml" "${properties[@]}"
  write_hadoop_logging "$conf" "$name"
}

# hdfs_has_nodes HTTP_PORT COUNT: whether the NameNode says that so many DataNodes are live and that it is not in safe mode.
hdfs_has_nodes() {
  local answer
  answer=$(
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf 'GET /jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState HTTP/1.0\r\n\r\n' >&3
    cat <&3
  ) 2>/dev/null || return 1
  [[ $answer =~ \"NumLiveDataNodes\"\ :\ $2[^0-9] && $answer =~ \"FSState\"\ :\ \"Operational\" ]]
}

# bench_hdfs DATANODES: two clusters: one as HDFS comes, one that syncs a block when it is closed, for the writing of one file.
bench_hdfs() {
  mkdir "$ROOT/hdfs" "$ROOT/hdfs-synced"
  local version about replication=dfs.replication=$(($1 < 3 ? $1 : 3))
  peer_libraries hdfs
  version=$(echo "$PEER_LIBRARIES"/hadoop-hdfs-client-*.jar)
  version=${version##*-} version=${version%.jar}
  about="HDFS $version, NameNode and $1 DataNodes, -Xmx${HDFS_HEAP_MIB}m each, defaults"
  start_hdfs "$ROOT/hdfs" "$1" "$replication"
  command_line_options
  write_command "$ROOT/hdfs-ls" "${COMMAND_LINE[@]}" -cp "$HDFS_CONF:$PEER_LIBRARIES/*" org.apache.hadoop.fs.FsShell -ls /
  describe hdfs "about=$about; in memory of the DataNodes' kernels when acknowledged" adapter=hadoop "address=$HDFS_CONF" \
    "class-path=$JAR:$HDFS_CONF:$PEER_LIBRARIES/*" "pids=${SERVER_PIDS[*]}" "workloads=$ALL_WORKLOADS" \
    "command-line=$ROOT/hdfs-ls"
  start_hdfs "$ROOT/hdfs-synced" "$1" "$replication" dfs.datanode.synconclose=true
  describe hdfs-synced "about=the same with dfs.datanode.synconclose" adapter=hadoop "address=$HDFS_CONF" \
    "class-path=$JAR:$HDFS_CONF:$PEER_LIBRARIES/*" "pids=${SERVER_PIDS[*]}" "workloads=W1"
}
