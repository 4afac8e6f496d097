# Aurora in one image: the bot, its engine and the bundled models. See docs/running.md.
FROM python:3.11-slim

# Processor builds of PyTorch are a tenth of the size; build with an empty TORCH_INDEX for CUDA.
ARG TORCH=torch==2.13.0
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

RUN pip install ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} "$TORCH"

WORKDIR /opt/aurora
COPY pyproject.toml README.md LICENSE ./
COPY engine engine
COPY training training
COPY dataset dataset
COPY migrations migrations
COPY bot bot
RUN pip install ".[postgres]"

RUN useradd --system --create-home --uid 10001 aurora && install -d -o aurora -g aurora /data
USER aurora
WORKDIR /data
VOLUME /data
ENV DATABASE_URL=sqlite:////data/aurora.db

HEALTHCHECK --start-period=60s --interval=30s --timeout=5s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:9464/healthz')"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run", "--migrate"]
