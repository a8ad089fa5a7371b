# Starts, finds and ends one process on this host. Sourced; needs DIR, SHOAL_HOME, SHOAL_VERSION, find_java.

STOP_SECONDS=20

# pid_of NAME: its process id if it runs; fails if it does not.
pid_of() {
  local file=$DIR/run/$1.pid pid word
  [[ -r $file ]] || return 1
  read -r pid <"$file" || return 1
  [[ $pid =~ ^[0-9]+$ && -r /proc/$pid/cmdline ]] || return 1
  # A process id may have been given to somebody else: ours says in its command line who it is.
  while IFS= read -r -d '' word; do
    if [[ $word == "-Dshoal.process=$DIR/$1" ]]; then
      printf '%s\n' "$pid"
      return 0
    fi
  done </proc/"$pid"/cmdline 2>/dev/null
  return 1
}

# port_taken HOST PORT: whether somebody listens there.
port_taken() {
  (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null
}

# template_of ROLE: what its program, its configuration and its JVM options are called.
template_of() {
  if [[ $1 == metadata ]]; then echo metadata-server; else echo storage-node; fi
}

# jar_of TEMPLATE: the jar of a program.
jar_of() {
  local jar=$SHOAL_HOME/lib/shoal-$1-$SHOAL_VERSION.jar
  [[ -r $jar ]] || die "$jar is missing: build Shoal again"
  printf '%s\n' "$jar"
}

# start_process NAME: starts it in the background; harmless if it runs.
start_process() {
  local name=$1 jar template port
  pid_of "$name" >/dev/null && return 0
  for port in "${PORT_OF[$name]}" $([[ $name == metadata-* && $(names_of metadata | wc -l) -gt 1 ]] && echo $((PORT_OF[$name] + 1))); do
    if port_taken "${HOST_OF[$name]}" "$port"; then
      die "$name: port $port on ${HOST_OF[$name]} is taken by another program; end it, or make a cluster on other ports with --port"
    fi
  done
  template=$(template_of "${name%%-*}")
  jar=$(jar_of "$template")
  find_java
  java_options
  options_of "$SHOAL_HOME/conf/$template.jvm"
  [[ -s $DIR/logs/$name.out ]] && mv -f "$DIR/logs/$name.out" "$DIR/logs/$name.out.1"
  # A node's RocksDB unpacks its library to where a copy that a killed process left is replaced, instead of to /tmp.
  mkdir -p "$DIR/run/$name"
  # A process group of its own: ctrl-C in this terminal must not reach it. glibc's arenas are the rest of the memory bound.
  set -m
  MALLOC_ARENA_MAX=2 ROCKSDB_SHAREDLIB_DIR=$DIR/run/$name nohup "$JAVA" "${JAVA_OPTIONS[@]}" "-Dshoal.process=$DIR/$name" "-Dshoal.log=$DIR/logs/$name.log" \
    "-Dlogback.configurationFile=$SHOAL_HOME/conf/logback.xml" -jar "$jar" --conf "$DIR/conf/$name.conf" \
    </dev/null >"$DIR/logs/$name.out" 2>&1 &
  local pid=$!
  set +m
  disown "$pid"
  printf '%s\n' "$pid" >"$DIR/run/$name.pid.new"
  mv -f "$DIR/run/$name.pid.new" "$DIR/run/$name.pid"
}

# prepare_process NAME --format|--join|--restore BACKUP: makes the data directory of a metadata server of a new cluster, of one that
# joins others, or of one that begins with a backup.
prepare_process() {
  local name=$1 jar
  shift
  jar=$(jar_of metadata-server)
  find_java
  "$JAVA" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "-Dshoal.log=$DIR/logs/$name.log" \
    "-Dlogback.configurationFile=$SHOAL_HOME/conf/logback.xml" -jar "$jar" "$@" --conf "$DIR/conf/$name.conf"
}

# why_ended NAME: the last lines that it left.
why_ended() {
  tail -n 15 "$DIR/logs/$1.out" 2>/dev/null
  [[ -s $DIR/logs/$1.out ]] || tail -n 15 "$DIR/logs/$1.log" 2>/dev/null
  return 0
}

# stop_process NAME: asks it to end, then makes it.
stop_process() {
  local pid
  if ! pid=$(pid_of "$1"); then
    rm -f "$DIR/run/$1.pid"
    return 0
  fi
  kill -TERM "$pid" 2>/dev/null || true
  if ! timeout "$STOP_SECONDS" tail --pid="$pid" -s 0.1 -f /dev/null; then
    echo "$1 did not end within $STOP_SECONDS s, so it is killed"
    kill -KILL "$pid" 2>/dev/null || true
    timeout 10 tail --pid="$pid" -s 0.1 -f /dev/null || die "$1 (process $pid) can't be killed"
  fi
  rm -f "$DIR/run/$1.pid"
}
