# Flink's official image with the Kafka connector, the Hadoop client and the SQL runner: the jars that the lab runs.
ARG FLINK=flink:1.20.3-scala_2.12-java17
FROM ${FLINK} AS flink

FROM maven:3.9.11-eclipse-temurin-17 AS build
WORKDIR /build
COPY lab/maven/flink/pom.xml .
# The gateway's jars are in the official image already.
RUN mvn --batch-mode --quiet dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=jars \
      -DexcludeArtifactIds=flink-sql-gateway,flink-sql-gateway-api
COPY --from=flink /opt/flink/lib flink
COPY java/sql-runner/*.java runner/
RUN javac -proc:none --release 11 -cp "flink/*" -d classes runner/*.java \
 && jar --create --file sql-runner.jar --main-class SqlRunner -C classes .

FROM flink
COPY --from=build /build/jars/*.jar /opt/flink/lib/
COPY --from=build /build/sql-runner.jar /opt/flink/usrlib/
RUN cat /proc/sys/kernel/random/uuid > /image-id
