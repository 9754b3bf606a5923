# Our Litmus experiments, laid out as Litmus' own image, for the delay that needs no netem: the packages that the lab runs.
FROM python:3.11.14-slim-bookworm
ENV PIP_NO_CACHE_DIR=1 PYTHONPATH=/opt/flink-chaos PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN apt-get update --quiet && apt-get install --quiet --yes --no-install-recommends procps iproute2 iptables libnetfilter-queue1 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/flink-chaos
COPY requirements.lock .
COPY lab lab
RUN python -m lab.images.python_layer kubernetes > kubernetes.lock \
 && pip install --quiet --require-hashes --requirement kubernetes.lock \
 && rm -r lab requirements.lock kubernetes.lock
COPY experiments experiments
WORKDIR /litmus
RUN printf '#!/bin/sh\nexec python3 -m experiments "$@"\n' > experiments && chmod 755 experiments \
 && cat /proc/sys/kernel/random/uuid > /image-id
USER 2000
ENTRYPOINT ["./experiments"]
