# Members on other hosts, reached over SSH. Sourced; needs DIR, SHOAL_HOME, SHOAL_VERSION.
#
# The same script runs there, from a copy of this installation in DIR/dist, on the same DIR.

SSH=${SHOAL_SSH:-ssh -o BatchMode=yes -o ConnectTimeout=10}

# is_local HOST: whether it is this machine.
is_local() {
  [[ $1 == localhost || $1 == 127.* || $1 == ::1 || $1 == "$(uname -n)" ]]
}

# hosts: every host of the cluster once.
hosts() {
  local name
  for name in "${NAMES[@]}"; do
    printf '%s\n' "${HOST_OF[$name]}"
  done | sort -u
}

# names_on HOST
names_on() {
  local name
  for name in "${NAMES[@]}"; do
    [[ ${HOST_OF[$name]} == "$1" ]] && printf '%s\n' "$name"
  done
  return 0
}

# reachable HOST
reachable() {
  # shellcheck disable=SC2086 # SSH is a command with options.
  $SSH "$1" true </dev/null >/dev/null 2>&1
}

# installed_on HOST: whether this script was copied there; if not, nothing of the cluster runs there.
installed_on() {
  # shellcheck disable=SC2086
  $SSH "$1" "test -x $(printf '%q' "$DIR")/dist/bin/cluster" </dev/null
}

# delete_on HOST: everything of the cluster there that lies in DIR.
delete_on() {
  local directory
  directory=$(printf '%q' "$DIR")
  # shellcheck disable=SC2086
  $SSH "$1" "[ ! -d $directory ] || { cd $directory && rm -rf data logs run conf members client.conf secret dist && cd / && { rmdir $directory 2>/dev/null || true; }; }" </dev/null ||
    echo "something is left in $DIR on $1"
}

# remote HOST WORD...: runs this script there.
remote() {
  local host=$1 words
  shift
  printf -v words '%q ' "$@" --dir "$DIR"
  # shellcheck disable=SC2086 # SSH is a command with options.
  $SSH "$host" "${SHOAL_REMOTE_ENV:-}" "$(printf '%q' "$DIR")/dist/bin/cluster" "$words"
}

# install_on HOST: copies the installation, the members, the secret and the settings there.
install_on() {
  local host=$1 directory names
  directory=$(printf '%q' "$DIR")
  names=$(names_on "$host")
  # shellcheck disable=SC2086
  $SSH "$host" "mkdir -p $directory/dist $directory/conf $directory/run $directory/logs $directory/data" ||
    die "cannot reach $host with: $SSH $host"
  local stamp there
  stamp=$(installation_stamp)
  # shellcheck disable=SC2086
  there=$($SSH "$host" "cat $directory/dist/stamp 2>/dev/null" || true)
  if [[ $there != "$stamp" ]]; then
    echo "copying Shoal $SHOAL_VERSION to $host"
    # shellcheck disable=SC2086
    tar -C "$SHOAL_HOME" -cf - bin lib conf |
      $SSH "$host" "tar -C $directory/dist -xf - && echo $stamp >$directory/dist/stamp"
  fi
  local files=() name
  for name in $names; do
    files+=("conf/$name.conf")
  done
  # shellcheck disable=SC2086
  tar -C "$DIR" -cf - members client.conf secret "${files[@]}" | $SSH "$host" "umask 077 && tar -C $directory -xf -"
}

# installation_stamp: changes with every file of the installation.
installation_stamp() (
  shopt -s globstar
  cd "$SHOAL_HOME" && stat -c '%n %s %Z' bin/** lib/* conf/* | sha256sum | cut -c 1-32
)

# members_of_hosts_file FILE: fills the arrays from lines "metadata HOST [port=N]" and "node HOST [port=N] [volumes=DIR,DIR] [domain=/RACK]".
members_of_hosts_file() {
  local role host rest word number=0 port
  declare -A count=() used=()
  NAMES=()
  declare -gA HOST_OF=() PORT_OF=() EXTRA_OF=()
  while read -r role host rest || [[ -n $role ]]; do
    number=$((number + 1))
    [[ -z $role || $role == \#* ]] && continue
    [[ $role == metadata || $role == node ]] || die "$1:$number: '$role' (expected: metadata or node)"
    [[ -n $host ]] || die "$1:$number: no host (expected: $role HOST)"
    count[$role]=$((${count[$role]:-0} + 1))
    port=""
    local name=$role-${count[$role]} extra=""
    for word in $rest; do
      case $word in
        port=*) port=${word#port=} ;;
        volumes=* | domain=*) extra+="${extra:+ }$word" ;;
        *) die "$1:$number: '$word' (expected: port=N, volumes=DIR[,DIR...] or domain=/PATH)" ;;
      esac
    done
    if [[ -z $port ]]; then
      port=$FIRST_PORT
      [[ $role == node ]] && port=$((FIRST_PORT + 10))
      while [[ -n ${used[$host:$port]:-} ]]; do port=$((port + 2)); done
    fi
    [[ $port =~ ^[0-9]+$ ]] && ((port >= 1 && port <= 65534)) || die "$1:$number: port=$port (expected: 1 to 65534)"
    [[ -z ${used[$host:$port]:-} ]] || die "$1:$number: port $port on $host is named twice"
    used[$host:$port]=yes
    # Metadata servers have a second one, for each other.
    [[ $role == node ]] || used[$host:$((port + 1))]=yes
    NAMES+=("$name")
    HOST_OF[$name]=$host PORT_OF[$name]=$port EXTRA_OF[$name]=$extra
  done <"$1"
  [[ ${count[metadata]:-0} =~ ^[135]$ ]] || die "$1 names ${count[metadata]:-0} metadata servers (expected: 1, 3 or 5)"
  ((${count[node]:-0} >= 1)) || die "$1 names no node (expected: at least 1)"
}
