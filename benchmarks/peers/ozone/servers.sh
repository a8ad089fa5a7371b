# Apache Ozone for the benchmark: a storage container manager, an Ozone manager and datanodes as processes of their own.
# Sourced by scripts/bench; needs JAVA, PEERS, peer_libraries, free_ports, start_server and await_server.
#
# Everything is Ozone's default except: addresses and directories, the heaps, and heartbeats each second instead of each half
# minute, so that it serves before minutes have passed.

OZONE_HEAP_MIB=512

# start_ozone DIRECTORY DATANODES: starts a cluster and waits until it has left safe mode and has a pipeline for blocks. Sets
# OZONE_CONF, the directory that makes a client find it, and SERVER_PIDS.
start_ozone() {
  local dir=$1 count=$2 i scm om replication=$(($2 < 3 ? 1 : 3))
  peer_libraries ozone
  free_ports $((11 + 2 * count))
  local ports=("${PORTS[@]}")
  scm=${ports[0]} om=${ports[1]}
  OZONE_CONF=$dir/conf/client
  OZONE_COMMON=(
    "ozone.scm.names=127.0.0.1:$scm" "ozone.scm.datanode.address=127.0.0.1:$scm"
    "ozone.scm.client.address=127.0.0.1:${ports[2]}" "ozone.scm.block.client.address=127.0.0.1:${ports[3]}"
    "ozone.scm.security.service.address=127.0.0.1:${ports[4]}" "ozone.scm.http-address=127.0.0.1:${ports[5]}"
    "ozone.scm.ratis.port=${ports[6]}" "ozone.scm.grpc.port=${ports[7]}"
    "ozone.om.address=127.0.0.1:$om" "ozone.om.http-address=127.0.0.1:${ports[8]}"
    "ozone.om.ratis.port=${ports[9]}" "ozone.om.grpc.port=${ports[10]}" ozone.om.s3.grpc.server_enabled=false
    "hdds.scm.safemode.min.datanode=$count" "ozone.server.default.replication=$replication"
    hdds.heartbeat.interval=1s ozone.scm.heartbeat.thread.interval=1s
    hdds.container.ipc.random.port=true hdds.container.ratis.ipc.random.port=true
    hdds.container.ratis.datastream.random.port=true
  )
  write_ozone_conf "$dir" client "$om"
  write_ozone_conf "$dir" scm "$om"
  write_ozone_conf "$dir" om "$om"
  for ((i = 1; i <= count; i++)); do
    write_ozone_conf "$dir" "datanode-$i" "$om" "hdds.datanode.dir=$dir/data/datanode-$i/hdds" \
      "ozone.scm.datanode.id.dir=$dir/data/datanode-$i" hdds.datanode.http-address=127.0.0.1:0 \
      "hdds.datanode.client.port=${ports[9 + 2 * i]}" "hdds.datanode.client.address=127.0.0.1:${ports[9 + 2 * i]}" \
      "hdds.datanode.replication.port=${ports[10 + 2 * i]}"
  done
  local starter=org.apache.hadoop.hdds.scm.server.StorageContainerManagerStarter
  (run_ozone "$dir" scm "$starter" --init) >"$dir/scm-init.log" 2>&1 ||
    { tail -n 15 "$dir/scm-init.log" >&2 && die "Ozone: its storage container manager could not be set up"; }
  SERVER_PIDS=()
  start_server "$dir/scm.log" run_ozone "$dir" scm "$starter"
  local scm_pid=$SERVER_PID
  await_server "$dir/scm.log" "$scm_pid" port_taken 127.0.0.1 "${ports[2]}"
  starter=org.apache.hadoop.ozone.om.OzoneManagerStarter
  (run_ozone "$dir" om "$starter" --init) >"$dir/om-init.log" 2>&1 ||
    { tail -n 15 "$dir/om-init.log" >&2 && die "Ozone: its manager could not be set up"; }
  start_server "$dir/om.log" run_ozone "$dir" om "$starter"
  await_server "$dir/om.log" "$SERVER_PID" port_taken 127.0.0.1 "$om"
  for ((i = 1; i <= count; i++)); do
    start_server "$dir/datanode-$i.log" run_ozone "$dir" "datanode-$i" org.apache.hadoop.ozone.HddsDatanodeService
  done
  await_server "$dir/scm.log" "$scm_pid" ozone_serves "$dir/scm.log"
}

# run_ozone DIRECTORY NAME CLASS ARGUMENT...: becomes a server of Ozone.
run_ozone() {
  local dir=$1 name=$2
  shift 2
  exec "$JAVA" "-Xmx${OZONE_HEAP_MIB}m" "-Dhadoop.log.dir=$dir" -Djava.net.preferIPv4Stack=true \
    --add-opens java.base/java.nio=ALL-UNNAMED --add-opens java.base/java.lang=ALL-UNNAMED \
    --add-opens java.base/java.util=ALL-UNNAMED --add-exports java.base/jdk.internal.ref=ALL-UNNAMED \
    -cp "$dir/conf/$name:$PEER_LIBRARIES/*" "$@"
}

# write_ozone_conf DIRECTORY NAME OM_PORT [PROPERTY=VALUE...]: the configuration of one process.
write_ozone_conf() {
  local dir=$1 name=$2 conf=$1/conf/$2
  mkdir -p "$conf" "$dir/data/$name"
  write_hadoop_xml "$conf/core-site.xml" "fs.defaultFS=ofs://127.0.0.1:$3/"
  write_hadoop_xml "$conf/ozone-site.xml" "${OZONE_COMMON[@]}" "ozone.metadata.dirs=$dir/data/$name" "${@:4}"
  write_hadoop_logging "$conf" "$name"
}

# ozone_serves LOG: whether the storage container manager has left safe mode and opened a pipeline since.
ozone_serves() {
  sed -n '/SCM safe mode exit/,$p' "$1" | grep -q 'Opened pipeline'
}

# bench_ozone DATANODES: W9 is not for it, since hsync does nothing by default; nor W11, whose shell is Hadoop's, as HDFS's is.
bench_ozone() {
  mkdir "$ROOT/ozone"
  local version
  peer_libraries ozone
  version=$(echo "$PEER_LIBRARIES"/ozone-manager-*.jar)
  version=${version##*-} version=${version%.jar}
  start_ozone "$ROOT/ozone" "$1"
  describe ozone "about=Ozone $version, its two managers and $1 datanodes, -Xmx${OZONE_HEAP_MIB}m each, defaults" adapter=hadoop \
    "address=$OZONE_CONF" "class-path=$JAR:$OZONE_CONF:$PEER_LIBRARIES/*" "pids=${SERVER_PIDS[*]}" \
    "workloads=W1 W2 W3 W4 W5 W6 W7 W8"
}
