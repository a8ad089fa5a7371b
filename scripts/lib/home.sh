# Finds the installation. Sourced; sets SHOAL_HOME, the directory with lib/ and conf/, and SHOAL_VERSION.

# find_home SCRIPT_DIRECTORY: bin/ of a distribution, or scripts/ of a checkout that was built.
find_home() {
  local above=${1%/*} jar
  if [[ -n ${SHOAL_HOME:-} ]]; then
    [[ -d $SHOAL_HOME/lib ]] || die "SHOAL_HOME is $SHOAL_HOME, but there is no lib/ in it"
  elif [[ -d $above/lib && ${1##*/} == bin ]]; then
    SHOAL_HOME=$above
  else
    SHOAL_HOME=""
    for jar in "$1"/target/shoal-*/lib/shoal-cli-*.jar; do
      [[ -e $jar ]] && SHOAL_HOME=${jar%/lib/*}
    done
    [[ -n $SHOAL_HOME ]] || die "Shoal is not built yet; build it with: ./mvnw -q -Pquick -DskipTests package"
  fi
  for jar in "$SHOAL_HOME"/lib/shoal-cli-*.jar; do
    SHOAL_VERSION=${jar##*/shoal-cli-}
    SHOAL_VERSION=${SHOAL_VERSION%.jar}
  done
}
