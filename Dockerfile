# Builds Greenroom and puts it alone into a small image. See docs/hosting.md, "Docker".
ARG RUST=1.95
FROM rust:${RUST}-slim-bookworm AS build
WORKDIR /src
COPY . .
# The caches belong to the builder and are no part of the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --profile dist --locked --bin greenroom \
    && install -D -m 0755 target/dist/greenroom /out/greenroom \
    # An empty folder that belongs to the one who runs the program: a volume begins as a copy of it.
    && install -d -m 0750 -o 10001 -g 10001 /out/data

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="Greenroom" \
      org.opencontainers.image.description="Live music reviews on Discord, from one self-hosted program" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /out/greenroom /usr/local/bin/greenroom
COPY --from=build --chown=10001:10001 /out/data /data
USER 10001:10001
WORKDIR /data
# glibc keeps freed memory for each of many threads; two are enough, and save 10 MiB.
ENV DATA_DIR=/data MALLOC_ARENA_MAX=2
VOLUME /data
STOPSIGNAL SIGTERM
# Whether the store takes writes, Discord is connected and everything runs. The image has no HTTP client, but a shell.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8790 && printf 'GET /readyz HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
ENTRYPOINT ["greenroom"]
CMD ["run"]
