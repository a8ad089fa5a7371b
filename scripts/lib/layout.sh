# The directory of a cluster and what stands in it. Sourced; needs DIR.
#
#   DIR/members        one line a process: NAME HOST PORT [key=value...]
#   DIR/client.conf    where the metadata servers are; read by the shoal command
#   DIR/secret         by which processes of this cluster know each other, mode 0600
#   DIR/conf/NAME.conf    settings of a process; edit and restart
#   DIR/data/NAME      state and chunks, unless the member names volumes
#   DIR/logs/NAME.log  rotated by the server; NAME.out: what it printed
#   DIR/run/NAME.pid   process id
#   DIR/run/NAME/      libraries that its process unpacked

FIRST_PORT=7400
PORT_STEP=100

# read_members: fills the arrays NAMES, and HOST_OF, PORT_OF, EXTRA_OF by name.
read_members() {
  NAMES=()
  declare -gA HOST_OF=() PORT_OF=() EXTRA_OF=()
  local name host port extra word
  [[ -r $DIR/members ]] || return 0
  while read -r name host port extra; do
    [[ -z $name || $name == \#* ]] && continue
    for word in $extra; do
      [[ $word == volumes=* || $word == domain=* ]] ||
        die "$DIR/members: $name: '$word' (expected: volumes=N, volumes=DIR[,DIR...] or domain=/PATH; without blanks)" 2
    done
    NAMES+=("$name")
    HOST_OF[$name]=$host PORT_OF[$name]=$port EXTRA_OF[$name]=$extra
  done <"$DIR/members"
}

# write_members: the arrays back to the file, whole or not at all.
write_members() {
  local name
  {
    echo "# The processes of this cluster: NAME HOST PORT [key=value...]. Written by scripts/cluster."
    for name in "${NAMES[@]}"; do
      echo "$name ${HOST_OF[$name]} ${PORT_OF[$name]} ${EXTRA_OF[$name]}"
    done
  } >"$DIR/members.new"
  mv -f "$DIR/members.new" "$DIR/members"
}

# extra NAME KEY: the value of a member's key=value, or nothing.
extra() {
  local word
  for word in ${EXTRA_OF[$1]}; do
    [[ $word == "$2="* ]] && printf '%s\n' "${word#*=}"
  done
  return 0
}

# names_of ROLE: the members of a role.
names_of() {
  local name
  for name in "${NAMES[@]}"; do
    [[ $name == "$1"-* ]] && printf '%s\n' "$name"
  done
  return 0
}

metadata_servers() {
  local name list=""
  for name in $(names_of metadata); do
    list+="${list:+,}${HOST_OF[$name]}:${PORT_OF[$name]}"
  done
  printf '%s\n' "$list"
}

# metadata_peers: how the metadata servers name each other; nothing if there is one.
metadata_peers() {
  local name list=""
  if (($(names_of metadata | wc -l) > 1)); then
    for name in $(names_of metadata); do
      list+="${list:+,}m${name#metadata-}=${HOST_OF[$name]}:${PORT_OF[$name]}/$((PORT_OF[$name] + 1))"
    done
  fi
  printf '%s\n' "$list"
}

# require_cluster: ends with a message unless DIR is the directory of a cluster, and all that was named is in it.
require_cluster() {
  local name
  [[ -r $DIR/members ]] || die "there is no cluster in $DIR (start one with: cluster start --dir $DIR)"
  read_members
  for name in "${names[@]}"; do
    [[ -n ${HOST_OF[$name]:-} ]] || die "there is no '$name' in this cluster (there are: ${NAMES[*]})" 2
  done
}

# delete_cluster: everything of it that lies in DIR.
delete_cluster() {
  rm -rf "$DIR"/{data,logs,run,conf,members,client.conf,secret,dist}
  rmdir "$DIR" 2>/dev/null || true
}

# set_key FILE KEY VALUE: replaces a setting or appends it.
set_key() {
  local line found="" out=""
  if [[ -r $1 ]]; then
    while IFS= read -r line || [[ -n $line ]]; do
      if [[ $line =~ ^[[:space:]]*"$2"[[:space:]]*= ]]; then
        line="$2 = $3" found=yes
      fi
      out+=$line$'\n'
    done <"$1"
  fi
  [[ -n $found ]] || out+="$2 = $3"$'\n'
  printf '%s' "$out" >"$1.new"
  mv -f "$1.new" "$1"
}

# unset_key FILE KEY: takes a setting out.
unset_key() {
  local line out=""
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ ^[[:space:]]*"$2"[[:space:]]*= ]] || out+=$line$'\n'
  done <"$1"
  printf '%s' "$out" >"$1.new"
  mv -f "$1.new" "$1"
}

# value_of FILE KEY: prints the value of a key; nothing if the file does not set it.
value_of() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    if [[ $line =~ ^[[:space:]]*"$2"[[:space:]]*=[[:space:]]*(.*)$ ]]; then
      printf '%s\n' "${BASH_REMATCH[1]}"
    fi
  done <"$1"
}

make_secret() {
  [[ -s $DIR/secret ]] && return 0
  (umask 077 && head -c 32 /dev/urandom | base64 -w 0 >"$DIR/secret.new")
  mv -f "$DIR/secret.new" "$DIR/secret"
}

# write_client_conf: what the shoal command needs to find the cluster, and not another one that has its address by now.
write_client_conf() {
  local id
  id=$(value_of "$DIR/conf/$(names_of metadata | head -n 1).conf" cluster-id)
  {
    printf '# Where the metadata servers of this cluster are, and which cluster it is. Written by scripts/cluster.\n'
    printf 'metadata-servers = %s\n' "$(metadata_servers)"
    [[ -z $id ]] || printf 'cluster-id = %s\n' "$id"
  } >"$DIR/client.conf.new"
  mv -f "$DIR/client.conf.new" "$DIR/client.conf"
}

# write_conf NAME [FILE]: the settings that follow from the layout, into the member's file; other lines stay as they are.
write_conf() {
  local name=$1 file=${2:-$DIR/conf/$1.conf}
  if [[ ! -e $file ]]; then
    printf '# Settings of %s. Every key is explained in %s.\n' "$name" \
      "$SHOAL_HOME/conf/$(template_of "${name%%-*}").conf" >"$file"
  fi
  set_key "$file" host "${HOST_OF[$name]}"
  set_key "$file" port "${PORT_OF[$name]}"
  set_key "$file" secret-file "$DIR/secret"
  if [[ $name == metadata-* ]]; then
    set_key "$file" data-directory "$DIR/data/$name"
    set_key "$file" peer-id "m${name#metadata-}"
    set_key "$file" peers "$(metadata_peers)"
    # Stood in what this script wrote before there could be several.
    unset_key "$file" raft-port
  else
    set_key "$file" metadata-servers "$(metadata_servers)"
    set_key "$file" data-directories "$(volumes_of "$name")"
    local domain
    domain=$(extra "$name" domain)
    [[ -n $domain ]] && set_key "$file" failure-domain "$domain"
  fi
  return 0
}

# volumes_of NAME: its data directories, separated by commas.
volumes_of() {
  local list count i
  list=$(extra "$1" volumes)
  if [[ $list == */* ]]; then
    printf '%s\n' "$list"
    return
  fi
  count=${list:-1} list=""
  for ((i = 1; i <= count; i++)); do
    list+="${list:+,}$DIR/data/$1/volume-$i"
  done
  printf '%s\n' "$list"
}
