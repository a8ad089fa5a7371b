# Starts the systems that are measured, and describes them for the coordinator. Sourced by bench; needs here, JAVA,
# SHOAL_HOME, SHOAL_VERSION, ROOT (the directory for all data), STARTED and DESCRIPTIONS (arrays).

PEERS=$here/../benchmarks/peers
START_SECONDS=120

# build_if_missing: builds Shoal and the benchmark, without its checks.
build_if_missing() {
  local jar
  for jar in "$here"/target/shoal-*/lib/shoal-cli-*.jar "$here"/../benchmarks/target/shoal-benchmarks-*.jar; do
    if [[ ! -e $jar ]]; then
      echo "building Shoal, which is done once" >&2
      "$here/../mvnw" -q -f "$here/../pom.xml" -Pquick -DskipTests package || die "the build failed"
      return
    fi
  done
}

# fetch_peer NAME: copies a peer's jars to where peer_libraries finds them, unless they are there.
fetch_peer() {
  local target=$PEERS/../target/peers/$1
  if [[ ! -e $target/complete || $PEERS/$1/pom.xml -nt $target/complete ]]; then
    echo "fetching $1, which is done once" >&2
    rm -rf "$target"
    "$here/../mvnw" -q -f "$PEERS/$1/pom.xml" package || die "$1 could not be fetched"
    touch "$target/complete"
  fi
}

# peer_libraries NAME: sets PEER_LIBRARIES to the directory of a peer's jars.
peer_libraries() {
  PEER_LIBRARIES=$(readlink -f "$PEERS/../target/peers/$1")
}

# free_ports COUNT: sets PORTS to so many ports that nobody listens on.
free_ports() {
  local port
  PORTS=()
  for ((port = ${NEXT_PORT:-17400}; ${#PORTS[@]} < $1; port++)); do
    ((port < 32000)) || die "no free ports between 17400 and 32000"
    port_taken 127.0.0.1 "$port" || PORTS+=("$port")
  done
  NEXT_PORT=$port
}

# start_server LOG COMMAND...: starts it in the background; sets SERVER_PID, and adds to SERVER_PIDS and STARTED.
start_server() {
  local log=$1
  shift
  # A process group of its own: it is stopped after its client, also when ctrl-C ends the benchmark.
  set -m
  "$@" </dev/null >"$log" 2>&1 &
  SERVER_PID=$!
  set +m
  disown "$SERVER_PID"
  SERVER_PIDS+=("$SERVER_PID")
  STARTED+=("$SERVER_PID")
}

# await_server LOG PID CONDITION...: returns when the condition holds; ends with a message if the server does first.
await_server() {
  local log=$1 pid=$2 deadline=$((SECONDS + START_SECONDS))
  shift 2
  until "$@"; do
    if timeout 0.2 tail --pid="$pid" -s 0.1 -f /dev/null || ((SECONDS > deadline)); then
      tail -n 15 "$log" >&2
      die "a server ended, or does not serve after $START_SECONDS s; its last lines are above"
    fi
  done
}

# stop_servers: asks all that start_server started to end, then makes them.
stop_servers() {
  local pid
  ((${#STARTED[@]})) || return 0
  kill -TERM "${STARTED[@]}" 2>/dev/null || true
  for pid in "${STARTED[@]}"; do
    if ! timeout "$STOP_SECONDS" tail --pid="$pid" -s 0.1 -f /dev/null; then
      kill -KILL "$pid" 2>/dev/null || true
      timeout 10 tail --pid="$pid" -s 0.1 -f /dev/null || true
    fi
  done
}

# describe NAME KEY=VALUE...: writes a system's description for the coordinator.
describe() {
  local name=$1 file=$ROOT/$1.properties
  shift
  printf '%s\n' "name=$name" "$@" >"$file"
  DESCRIPTIONS+=(--system "$file")
}

# write_command FILE WORD...: makes an executable file that becomes that command.
write_command() {
  local file=$1
  shift
  printf '#!/bin/sh\nexec%s\n' "$(printf ' %q' "$@")" >"$file"
  chmod +x "$file"
}

# write_hadoop_xml FILE PROPERTY=VALUE...: a configuration as Hadoop and what came from it read it.
write_hadoop_xml() {
  local property
  {
    echo "<configuration>"
    for property in "${@:2}"; do
      printf '  <property><name>%s</name><value>%s</value></property>\n' "${property%%=*}" "${property#*=}"
    done
    echo "</configuration>"
  } >"$1"
}

# write_hadoop_logging DIRECTORY NAME: as Hadoop's own scripts set it up: servers log at INFO, clients only what is wrong.
write_hadoop_logging() {
  local level=INFO
  [[ $2 == client ]] && level=WARN
  printf '%s\n' "log4j.rootLogger=$level,console" log4j.appender.console=org.apache.log4j.ConsoleAppender \
    log4j.appender.console.target=System.err log4j.appender.console.layout=org.apache.log4j.PatternLayout \
    'log4j.appender.console.layout.ConversionPattern=%d{ISO8601} %p %c{2}: %m%n' \
    log4j.logger.org.apache.hadoop.util.NativeCodeLoader=ERROR >"$1/log4j.properties"
}

# command_line_options: sets COMMAND_LINE to java and the options of our own command line, for any program.
command_line_options() {
  local JAVA_OPTIONS=()
  java_options
  options_of "$SHOAL_HOME/conf/$COMMAND_LINE_CONF"
  COMMAND_LINE=("$JAVA" "${JAVA_OPTIONS[@]}")
}

start_machine() {
  mkdir "$ROOT/machine"
  describe machine "about=the machine itself, in one process" adapter=machine "address=$ROOT/machine" "class-path=$CLASS_PATH" \
    "workloads=L1 L2 L3 L4 L5 L6 L7 L8 W9"
}

# start_shoal NODES: deleted chunks go after a minute instead of ten, or the rounds of a small disk would fill it.
start_shoal() {
  local name pids="" DIR=$ROOT/shoal
  "$here/cluster" start --dir "$DIR" --nodes "$1" --set metadata.file.grace=1m >&2
  read_members
  for name in "${NAMES[@]}"; do
    pids+=" $(pid_of "$name")"
  done
  command_line_options
  write_command "$ROOT/shoal-ls" "${COMMAND_LINE[@]}" -cp "$SHOAL_HOME/lib/shoal-cli-$SHOAL_VERSION.jar" \
    io.shoal.cli.ShoalMain --cluster "$DIR" ls /
  write_command "$ROOT/shoal-own" env "XDG_CACHE_HOME=$ROOT/cache" "$here/shoal" --cluster "$DIR" ls /
  describe shoal "about=Shoal $SHOAL_VERSION, metadata server and $1 storage nodes, defaults; durable when acknowledged" \
    adapter=shoal "address=$(metadata_servers)" "class-path=$CLASS_PATH" "pids=$pids" "workloads=$ALL_WORKLOADS W10 W12 A" \
    "command-line=$ROOT/shoal-ls" "launcher=$ROOT/shoal-own"
  SHOAL_ADDRESS=$(metadata_servers)
  SHOAL_PIDS=$pids
}

# bench_three NODES: another cluster, with three metadata servers, for what only they are asked for.
bench_three() {
  local name pids="" DIR=$ROOT/three
  "$here/cluster" start --dir "$DIR" --nodes "$1" --metadata 3 --set metadata.file.grace=1m >&2
  read_members
  for name in "${NAMES[@]}"; do
    pids+=" $(pid_of "$name")"
  done
  describe shoal-three "about=another cluster, with three metadata servers" adapter=shoal "address=$(metadata_servers)" \
    "class-path=$CLASS_PATH" "pids=$pids" "workloads=W5 W7 W12"
}

# bench_memory NODES: the same cluster, for files that are acknowledged from memory; start_shoal has run.
bench_memory() {
  describe shoal-memory "about=the same cluster, --ack memory" adapter=shoal-memory "address=$SHOAL_ADDRESS" \
    "class-path=$CLASS_PATH" "pids=$SHOAL_PIDS" "workloads=W1 W5 W9"
}
