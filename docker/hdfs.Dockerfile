# HDFS as the lab runs it, from its jars: Hadoop's own image is for amd64 only.
FROM maven:3.9.11-eclipse-temurin-17 AS build
WORKDIR /build
COPY lab/maven/hdfs/pom.xml .
RUN mvn --batch-mode --quiet dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=jars

FROM eclipse-temurin:17.0.16_8-jre
COPY --from=build /build/jars /opt/hdfs/jars
COPY docker/hadoop /opt/hdfs
RUN mkdir -p /opt/hdfs/webapps/hdfs/WEB-INF /opt/hdfs/webapps/datanode/WEB-INF \
 && echo '<web-app/>' | tee /opt/hdfs/webapps/hdfs/WEB-INF/web.xml > /opt/hdfs/webapps/datanode/WEB-INF/web.xml \
 && useradd --system --uid 990 hdfs \
 && install --directory --owner=hdfs /hadoop
USER hdfs
VOLUME /hadoop
ENTRYPOINT ["/opt/hdfs/start.sh"]
