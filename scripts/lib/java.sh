# Finds Java and chooses the options that fit its release. Sourced; needs SHOAL_HOME.

# find_java: sets JAVA (the command) and JAVA_RELEASE (its number), or ends with a message.
find_java() {
  if [[ -n ${JAVA_HOME:-} ]]; then
    JAVA=$JAVA_HOME/bin/java
    [[ -x $JAVA ]] || die "JAVA_HOME is $JAVA_HOME, but there is no bin/java in it"
  else
    JAVA=$(command -v java) || die "no java found: install a JDK, 17 or newer, or set JAVA_HOME"
  fi
  # The release file of the installation tells without starting a JVM.
  local home release line
  home=$(readlink -f "$JAVA")
  home=${home%/bin/java}
  JAVA_RELEASE="" JAVA_KEY=""
  if [[ -r $home/release ]]; then
    while IFS= read -r line; do
      case $line in
        JAVA_VERSION=*) release=${line#JAVA_VERSION=\"}; JAVA_RELEASE=${release%%[.\"+-]*}; JAVA_KEY=${release%\"} ;;
      esac
    done <"$home/release"
  fi
  if [[ -z $JAVA_RELEASE ]]; then
    line=$("$JAVA" -version 2>&1) || die "$JAVA does not run: $line"
    release=${line#*\"}
    JAVA_KEY=${release%%\"*}
    JAVA_RELEASE=${JAVA_KEY%%[.+-]*}
  fi
  [[ $JAVA_RELEASE =~ ^[0-9]+$ ]] || die "cannot tell the release of $JAVA"
  ((JAVA_RELEASE >= 17)) || die "$JAVA is Java $JAVA_RELEASE (expected: 17 or newer); set JAVA_HOME to a newer one"
}

# java_options: sets JAVA_OPTIONS to what this release needs so that libraries may use what they use, silently.
java_options() {
  JAVA_OPTIONS=(-Djava.awt.headless=true -Dfile.encoding=UTF-8 -Dio.netty.tryReflectionSetAccessible=false)
  if ((JAVA_RELEASE >= 22)); then
    JAVA_OPTIONS+=(--enable-native-access=ALL-UNNAMED)
  fi
  if ((JAVA_RELEASE >= 23)); then
    JAVA_OPTIONS+=(--sun-misc-unsafe-memory-access=allow)
  fi
}

# options_of FILE: appends the options of a .jvm file, one or more a line, # begins a comment.
options_of() {
  local line words
  [[ -r $1 ]] || die "cannot read $1"
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line%%#*}
    read -ra words <<<"$line" || true
    JAVA_OPTIONS+=("${words[@]}")
  done <"$1"
}

die() {
  printf '%s: %s\n' "${PROGRAM:-shoal}" "$1" >&2
  exit "${2:-1}"
}
