#!/bin/bash
# Whether this server of HDFS takes part, asked of the NameNode's metrics: a tool of Hadoop would take seconds of a core.
# Of the NameNode: it answers; safe mode may be on, and ends only when the DataNode, which waits for this, has reported.
set -eu
exec 3<> "/dev/tcp/namenode/9870"
printf 'GET /jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState HTTP/1.0\r\n\r\n' >&3
state=$(cat <&3)
if grep --quiet NameNode /proc/1/cmdline; then
  grep --quiet '"FSState"' <<< "$state"
else
  grep --quiet '"FSState" : "Operational"' <<< "$state" && grep --quiet '"NumLiveDataNodes" : 1' <<< "$state"
fi
