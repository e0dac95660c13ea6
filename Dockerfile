# syntax=docker/dockerfile:1

# ---- build: the Swift tool chain and the headers of the C libraries; nothing of it is in the image that runs
FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libcurl4-openssl-dev libhiredis-dev libmimalloc-dev libyaml-dev zlib1g-dev pkg-config python3 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
# Packages are fetched again only when one of these changes. The brackets let Package.resolved be absent.
COPY Package.swift Package.resolve[d] ./
RUN swift package resolve
COPY Sources Sources
# The manifest names the test targets, so their folders have to be there.
COPY Tests Tests
COPY .ci/release .ci/release
# Builds twice, and sends a mix of requests through the first one to see what is worth being fast. `--build-arg HOW=plain` builds once.
ARG HOW=
ARG REVISION=unknown
RUN WEIR_REVISION=${REVISION} .ci/release ${HOW} && install -D .build/release/weir /out/weir && strip /out/weir

# ---- run
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libcurl4 libhiredis0.14 libmimalloc2.0 libyaml-0-2 tzdata zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/debconf/* /var/log/*
COPY --from=build /out/weir /usr/local/bin/weir

ARG VERSION=0.2.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="weir" \
    org.opencontainers.image.description="An AI gateway that runs as a sidecar in every pod" \
    org.opencontainers.image.version="${VERSION}" \
    org.opencontainers.image.revision="${REVISION}"

# A number, so that Kubernetes can see that it is not root. It needs no home and writes nothing but standard output.
USER 10001:10001
# Apps, and probes with metrics. The file decides; these are what the manifests in k8s/ use.
EXPOSE 8000 9901
# For plain Docker; Kubernetes asks the admin port itself.
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["/usr/local/bin/weir", "health"]
# Where `weir reload`, `status` and `health` find it, whatever the file on disk says by then.
ENV WEIR_ADMIN=127.0.0.1:9901
# Exec form: weir is process 1 and gets SIGTERM and SIGHUP itself. No file comes with the image: a forgotten mount must not serve a demo.
ENTRYPOINT ["/usr/local/bin/weir"]
CMD ["serve", "--config", "/etc/weir/gateway.yaml"]
