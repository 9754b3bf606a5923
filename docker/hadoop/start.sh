#!/bin/sh
# A server of HDFS: `namenode`, which makes its file system when there is none, or `datanode`.
set -eu
server() {
  name=$1
  shift
  exec java -Xmx256m --add-opens=java.base/java.lang=ALL-UNNAMED -cp "/opt/hdfs:/opt/hdfs/jars/*" \
    "org.apache.hadoop.hdfs.server.$name" "$@"
}
case $1 in
  namenode)
    [ -d /hadoop/name/current ] || (server namenode.NameNode -format -nonInteractive)
    server namenode.NameNode
    ;;
  datanode) server datanode.DataNode ;;
  *) echo "$1: namenode or datanode" >&2 && exit 2 ;;
esac
