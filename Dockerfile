# One image for every role; the command says which. Built from source: the binary needs libc and CA certificates only.
FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin gatehouse

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --no-create-home --home-dir /var/lib/gatehouse gatehouse \
    && install -d -o gatehouse -g gatehouse -m 0700 /var/lib/gatehouse /run/join
COPY --from=build /src/target/release/gatehouse /usr/local/bin/gatehouse
USER 10001
WORKDIR /var/lib/gatehouse
ENV GATEHOUSE_DATA_DIR=/var/lib/gatehouse
# The admin API's page; services of other roles name their own.
HEALTHCHECK --interval=5s --timeout=4s --start-period=20s CMD ["gatehouse", "health", "http://127.0.0.1:8001/readyz"]
ENTRYPOINT ["gatehouse"]
CMD ["--help"]
