# Sourced by the other scripts: paths, class path, JVM options. Every value can be overridden by the pod's environment.
export FLINK_HOME=/opt/flink
export FLINK_CONF_DIR=${FLINK_CONF_DIR:-$FLINK_HOME/conf}
export FLINK_LIB_DIR=$FLINK_HOME/lib FLINK_OPT_DIR=$FLINK_HOME/opt FLINK_PLUGINS_DIR=$FLINK_HOME/plugins
export FLINK_BIN_DIR=$FLINK_HOME/bin FLINK_LOG_DIR=${FLINK_LOG_DIR:-/tmp}

FLINK_DIST=$(echo "$FLINK_LIB_DIR"/flink-dist-*.jar)

# flink-dist comes last, as in Flink's own scripts: a connector in lib/ wins over what is shaded into it.
class_path() {
  local jars=()
  for jar in "$FLINK_LIB_DIR"/*.jar; do [ "$jar" = "$FLINK_DIST" ] || jars+=("$jar"); done
  jars+=("$FLINK_DIST" /opt/hadoop/*.jar "$@")
  (IFS=:; echo "${jars[*]}")
}

# Value of a key in the flat flink-conf.yaml that the native client writes; nothing if there is none.
option() {
  sed -n "s/^${1//./\\.}: *//p" "$FLINK_CONF_DIR/flink-conf.yaml" 2>/dev/null | tail -n 1
}

# Flink on Java 17 reflects into these packages.
java_17_opens() {
  local package
  for package in java.lang java.lang.reflect java.io java.net java.nio sun.nio.ch java.text java.time java.util \
    java.util.concurrent java.util.concurrent.atomic java.util.concurrent.locks; do
    echo "--add-opens=java.base/$package=ALL-UNNAMED"
  done
}

# java_options COMPONENT: options of the configuration for all and for one component, and the log settings.
java_options() {
  local all
  all=$(option env.java.opts.all)
  echo ${all:-$(java_17_opens)} $(option "env.java.opts.$1")
  if [ -f "$FLINK_CONF_DIR/log4j-console.properties" ]; then
    echo "-Dlog4j.configurationFile=file:$FLINK_CONF_DIR/log4j-console.properties -Dlog.file=$FLINK_LOG_DIR/flink.log"
  fi
}

# Flink's own arithmetic of memory: one line of JVM options, one of dynamic properties.
resource_parameters() {
  java -cp "$FLINK_BIN_DIR/bash-java-utils.jar:$FLINK_DIST" org.apache.flink.runtime.util.bash.BashJavaUtils "$@" \
    | sed -n 's/^BASH_JAVA_UTILS_EXEC_RESULT://p'
}
